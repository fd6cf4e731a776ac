package dev.apmexport.store.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.tenant.Tenant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @ParameterizedTest
  @CsvSource({"DataDog,''", "datadogeu,'\"region\":\"eu\",'", "DataDogEU,'\"apiURL\":\"https://api.datadoghq.eu\",'"})
  void another_way_to_write_a_provider_is_the_same_destination(String provider, String region) {
    Tenant tenant = tenant();
    export(tenant, "{\"provider\":\"" + provider + "\",\"apiKey\":\"canary\"}");

    assertThat(export(tenant, "{\"provider\":\"datadog\"," + region + "\"apiKey\":\"canary\"}").isShared()).isTrue();
  }

  @Test
  void runs_that_export_nothing_hide_none_that_do() {
    Tenant tenant = tenant();
    export(tenant, BLOCK);
    for (int i = 0; i <= SharedDestinations.MOST_COMPARED; i++) {
      runs.create(tenant, "checkout", null, options("[{\"provider\":\"none\"}]"));
    }
    assertThat(export(tenant, BLOCK).isShared()).isTrue();
  }

  @Test
  void a_run_beside_too_many_others_is_told_that_not_all_were_looked_at() {
    Tenant tenant = tenant();
    String fifty = "[" + String.join(",", Collections.nCopies(50, with("\"includeTestRunId\":true"))) + "]";
    for (int i = 0; i < SharedDestinations.MOST_COMPARED / 50; i++) {
      runs.create(tenant, "checkout", null, options(fifty));
    }
    assertThat(export(tenant, BLOCK).problems()).isEmpty();

    RunExport second = export(tenant, with("\"tags\":{\"team\":\"b\"}"));
    assertThat(second.problems()).singleElement().satisfies(problem -> {
      assertThat(problem.isError()).isFalse();
      assertThat(problem.message()).contains("newest 200 exports", "there are more", "Set includeTestRunId");
    });
    assertThat(second.isShared()).isFalse();
    assertThat(export(tenant, with("\"includeTestRunId\":true")).problems()).isEmpty();
  }

  @Test
  void runs_that_are_made_at_once_do_not_overlook_each_other() throws Exception {
    Tenant tenant = tenant();
    List<Future<RunExport>> made = new ArrayList<>();
    try (ExecutorService matrix = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        made.add(matrix.submit(() -> export(tenant, BLOCK)));
      }
    }
    for (Future<RunExport> one : made) {
      assertThat(exports.findById(one.get().id()).orElseThrow().isShared()).isTrue();
    }
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
