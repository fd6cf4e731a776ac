package dev.apmexport.store.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.tenant.Tenant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

class SharedDestinationsTest extends WithStore {
  private static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://prometheus.example.com/write\","
      + "\"credentials\":{\"token\":\"canary\"}}";
  private static final String PLACE = "apm[0].includeTestRunId";

  @Autowired
  private RunExportRepository exports;

  @Test
  void a_run_beside_one_that_writes_the_same_series_is_warned_and_both_are_marked() {
    Tenant tenant = tenant();
    RunExport first = export(tenant, BLOCK);
    RunExport second = export(tenant, BLOCK);

    assertThat(second.problems()).singleElement().satisfies(problem -> {
      assertThat(problem.path()).isEqualTo(PLACE);
      assertThat(problem.isError()).isFalse();
      assertThat(problem.message()).contains("run " + first.testRunId() + " is not over",
          "https://prometheus.example.com/write", "set includeTestRunId").doesNotContain("canary");
    });
    assertThat(second.isShared()).isTrue();
    RunExport told = exports.findById(first.id()).orElseThrow();
    assertThat(told.isShared()).isTrue();
    assertThat(told.problems()).extracting(Problem::path).containsExactly(PLACE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"includeTestRunId\":true", "\"remoteWriteURL\":\"https://other.example.com/write\"",
      "\"credentials\":{\"token\":\"another\"}", "\"tags\":{\"team\":\"b\"}",
      "\"includeDefaultMetrics\":false,\"metrics\":[\"checks\"]"})
  void a_run_with_other_series_is_not_warned(String other) {
    Tenant tenant = tenant();
    export(tenant, BLOCK);

    RunExport second = export(tenant, with(other));
    assertThat(second.isShared()).isFalse();
    assertThat(second.problems()).isEmpty();
  }

  @Test
  void runs_of_other_tenants_do_not_count() {
    export(tenant(), BLOCK);

    assertThat(export(tenant(), BLOCK).isShared()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"update test_run set state = 'finished' where id = ?",
      "update test_run set state = 'aborted' where id = ?",
      "update test_run set created_at = now() - interval '61 minutes' where id = ?",
      "update export set state = 'done' where test_run_id = ?"})
  void what_is_over_does_not_count(String change) {
    Tenant tenant = tenant();
    jdbc.sql(change).param(export(tenant, BLOCK).testRunId()).update();

    assertThat(export(tenant, BLOCK).isShared()).isFalse();
  }

  @Test
  void an_old_run_that_has_data_counts() {
    Tenant tenant = tenant();
    long first = export(tenant, BLOCK).testRunId();
    jdbc.sql("update test_run set created_at = now() - interval '2 hours' where id = ?").param(first).update();
    jdbc.sql("update run_head set next_seq = 1 where test_run_id = ?").param(first).update();

    assertThat(export(tenant, BLOCK).isShared()).isTrue();
  }

  @Test
  void a_run_whose_secrets_are_gone_does_not_count() {
    Tenant tenant = tenant();
    RunExport first = export(tenant, BLOCK);
    jdbc.sql("delete from secret where owner = ?").param("export/" + first.id()).update();

    assertThat(export(tenant, BLOCK).isShared()).isFalse();
  }

  private RunExport export(Tenant tenant, String block) {
    return runs.create(tenant, "checkout", null, options("[" + block + "]")).exports().getFirst();
  }

  /** The block with a key replaced or added. */
  private static String with(String other) {
    String key = other.substring(0, other.indexOf(':') + 1);
    String without = BLOCK.replaceFirst(",?" + key + "(\"[^\"]*\"|\\{[^}]*\\})", "");
    return without.substring(0, without.length() - 1) + "," + other + "}";
  }
}
