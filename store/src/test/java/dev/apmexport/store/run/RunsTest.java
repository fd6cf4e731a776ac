package dev.apmexport.store.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.secret.SecretsUnavailable;
import dev.apmexport.store.tenant.Tenant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

class RunsTest extends WithStore {
  private static final String URL = "\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://prometheus.example.com/write\"";
  @Autowired
  private TestRunRepository stored;

  @ParameterizedTest
  @CsvSource({"'',3", "3,3", "9,3", "10,2", "1,1", "'3,6',3", "'6,4',2", "'3,10',1", "'2,3',1", "'6,9,3',3", "5,1",
      "11,3"})
  void the_period_is_the_largest_that_divides_every_rate(String rates, int period) {
    String[] blocks = Arrays.stream(rates.split(",")).filter(rate -> !rate.isEmpty())
        .map(rate -> "{" + URL + ",\"resampleRate\":" + rate + "}").toArray(String[]::new);

    assertThat(run(blocks).run().settings().aggregationPeriod()).isEqualTo(period);
  }

  @Test
  void the_settings_are_fixed_when_the_run_is_made() {
    TestRun made = run("{" + URL + ",\"resampleRate\":2}").run();

    TestRun found = stored.findById(made.id()).orElseThrow();
    assertThat(found.settings())
        .isEqualTo(new RunSettings(Long.toString(made.id()), 2, 100_000, 10_000, RunSettings.FOLD_VERSION));
    assertThat(found.state()).isEqualTo("created");
    assertThat(found.createdAt().toEpochMilli()).isEqualTo(made.createdAt().toEpochMilli());
  }

  @Test
  void the_same_key_finds_the_same_run() {
    Tenant tenant = tenant();
    Runs.Created first = runs.create(tenant, "a", "key", options("[{" + URL + "}]"));
    Runs.Created again = runs.create(tenant, "b", "key", options("[]"));

    assertThat(again.run().id()).isEqualTo(first.run().id());
    assertThat(again.exports()).hasSize(1);
    assertThat(runs.create(tenant(), "a", "key", options("[]")).run().id()).isNotEqualTo(first.run().id());
    assertThat(runs.create(tenant, "a", null, options("[]")).run().id())
        .isNotEqualTo(runs.create(tenant, "a", null, options("[]")).run().id());
  }

  @Test
  void the_same_key_from_several_threads_makes_one_run() throws Exception {
    Tenant tenant = tenant();
    Set<Long> ids = new HashSet<>();
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      List<Future<Runs.Created>> asked = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        asked.add(callers.submit(() -> runs.create(tenant, "a", "key", options("[{" + URL + "}]"))));
      }
      for (Future<Runs.Created> one : asked) {
        ids.add(one.get().run().id());
        assertThat(one.get().exports()).hasSize(1);
      }
    }
    assertThat(ids).hasSize(1);
  }

  @Test
  void an_export_is_opened_with_its_secrets_which_no_table_shows() {
    Runs.Created made = run("{" + URL + ",\"credentials\":{\"token\":\"canary-7\"},\"resampleRate\":5}");

    ExportConfig config = runs.open(made.exports().getFirst());
    assertThat(config.resampleRate()).isEqualTo(5);
    assertThat(((RemoteWriteConfig) config.sink()).credentials().authorization()).hasValue("Bearer canary-7");
    assertThat(shown("export", made)).doesNotContain("canary").contains("***");
    assertThat(
        jdbc.sql("select count(*) from secret where ciphertext = 'canary-7'::bytea").query(Long.class).single())
        .isZero();
  }

  @Test
  void a_ciphertext_of_another_export_does_not_open() {
    RunExport mine = run("{" + URL + ",\"credentials\":{\"token\":\"mine\"}}").exports().getFirst();
    RunExport theirs = run("{" + URL + ",\"credentials\":{\"token\":\"theirs\"}}").exports().getFirst();
    jdbc.sql(
        "update secret set ciphertext = (select ciphertext from secret where owner = ?) where owner = ?")
        .params("export/" + theirs.id(), "export/" + mine.id()).update();

    assertThatThrownBy(() -> runs.open(mine)).isInstanceOf(SecretsUnavailable.class)
        .hasMessageContaining("cannot be decrypted with this master key").hasMessageNotContaining("theirs");
  }

  @Test
  void a_disabled_block_keeps_no_secret_and_harms_no_other() {
    Runs.Created made = run("{\"provider\":\"Prometheus\",\"credentials\":{\"token\":\"canary-8\"}}", "{" + URL + "}",
        "7");

    assertThat(made.exports().stream().map(RunExport::state).collect(Collectors.joining(" ")))
        .isEqualTo("disabled live disabled");
    assertThat(made.exports().getFirst().problems()).isNotEmpty();
    assertThat(jdbc.sql("select count(*) from secret where owner = ?").param("export/" + made.exports().getFirst().id())
        .query(Long.class).single()).isZero();
    assertThat(shown("export", made)).doesNotContain("canary");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"api_Key\":\"canary-9\"", "\"Credentials\":{\"token\":\"canary-9\"}",
      "\"credentials\":{\"passwrd\":\"canary-9\"}", "\"passwrd\":\"canary-9\"", "\"tls\":\"canary-9\""})
  void a_mistyped_key_brings_no_secret_into_the_clear(String member) {
    Runs.Created made = run("{" + URL + "," + member + "}");

    assertThat(shown("export", made)).doesNotContain("canary").contains("***");
  }

  @Test
  void null_characters_in_a_script_do_not_stop_a_run() {
    Runs.Created made = runs.create(tenant(), "a\0b", null, options("[{\"provider\":\"x\\u0000\"},{" + URL
        + ",\"o\\u0000\":\"x\",\"credentials\":{\"username\":\"u\",\"password\":\"a\\u0000b\"}}]"));

    assertThat(made.exports()).hasSize(2);
    assertThat(runs.open(made.exports().get(1))).isNotNull();
  }

  private String shown(String table, Runs.Created made) {
    return jdbc.sql("select string_agg(t::text, ' ') from " + table + " t where test_run_id = ?").param(made.run().id())
        .query(String.class).single();
  }
}
