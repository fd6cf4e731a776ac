package dev.apmexport.store.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.secret.SecretsUnavailable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;

class StoredBlocksTest extends WithStore {
  private static final String URL = "\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://prometheus.example.com/write\"";
  @Autowired
  private RunExportRepository exports;

  @Test
  void a_key_of_any_length_does_not_stop_a_run() {
    Runs.Created made = run("{" + URL + ",\"" + "long".repeat(4_500) + "\":\"canary-10\","
        + "\"credentials\":{\"token\":\"canary-11\"}}");

    ExportConfig config = runs.open(made.exports().getFirst());
    assertThat(((RemoteWriteConfig) config.sink()).credentials().authorization()).hasValue("Bearer canary-11");
    assertThat(made.exports().getFirst().config()).doesNotContain("canary");
  }

  @Test
  void a_stored_block_that_does_not_read_any_more_says_what_is_wrong_with_it() {
    RunExport export = run("{" + URL + ",\"credentials\":{\"token\":\"canary-12\"}}").exports().getFirst();
    jdbc.sql("update export set config = replace(config, '\"provider\"', '\"staleMarkers\":\"yes\",\"provider\"') "
        + "where id = ?").param(export.id()).update();

    assertThatThrownBy(() -> runs.open(exports.findById(export.id()).orElseThrow()))
        .isInstanceOfSatisfying(SecretsUnavailable.class, why -> assertThat(why.isForGood()).isFalse())
        .hasMessageContaining("cannot be read by this version of the service: apm[0].staleMarkers: ")
        .hasMessageNotContaining("canary");
  }

  @ParameterizedTest
  @CsvSource({"deleted,deleteSensitiveData asks for it", "keep,were lost", "delete,were lost"})
  void secrets_that_are_not_there_are_gone_for_good_and_the_reason_is_the_true_one(String fate, String reason) {
    RunExport export = run("{" + URL + ",\"credentials\":{\"token\":\"canary-13\"}}").exports().getFirst();
    jdbc.sql("delete from secret where owner = ?").param("export/" + export.id()).update();
    jdbc.sql("update test_run set secrets = ? where id = ?").params(fate, export.testRunId()).update();

    assertThatThrownBy(() -> runs.open(export))
        .isInstanceOfSatisfying(SecretsUnavailable.class, why -> assertThat(why.isForGood()).isTrue())
        .hasMessageContaining(reason);
  }
}
