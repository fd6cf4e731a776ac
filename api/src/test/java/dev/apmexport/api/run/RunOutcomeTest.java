package dev.apmexport.api.run;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RunOutcomeTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  private static JsonNode kept(String said) {
    return JSON.readTree(RunOutcome.kept(JSON.readTree(said)));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{}                                                    | {}",
      "[1]                                                   | {}",
      "\"text\"                                            | {}",
      "null                                                  | {}",
      "{\"run_status\":3,\"result_status\":1}            | {\"run_status\":3,\"result_status\":1}",
      "{\"run_status\":\"3\",\"result_status\":1e99}   | {}",
      "{\"run_status\":5,\"password\":\"hunter2\"}     | {\"run_status\":5}",
      "{\"thresholds\":{\"a\":{\"rate>1\":true}}}      | {\"thresholds\":{\"a\":{\"rate>1\":true}}}",
      "{\"thresholds\":{\"a\":{\"rate>1\":\"yes\"}}} | {}",
      "{\"thresholds\":[true]}                             | {}"})
  void how_it_ended_and_what_became_of_its_thresholds_is_kept_and_nothing_else(String said, String kept) {
    assertThat(kept(said)).isEqualTo(JSON.readTree(kept));
  }

  @Test
  void where_nothing_is_said_nothing_is_kept() {
    assertThat(RunOutcome.kept(null)).isEqualTo("{}");
  }

  @Test
  void a_body_of_megabytes_leaves_little() {
    ObjectNode said = JSON.createObjectNode().put("run_status", 3);
    said.put("filler", "x".repeat(4 << 20));
    for (int i = 0; i < 20_000; i++) {
      said.withObjectProperty("thresholds").putObject("m" + i).put("p(95)<" + "9".repeat(100), true);
    }

    String kept = RunOutcome.kept(said);
    assertThat(kept).hasSizeLessThan(300_000).contains("\"m0\"", "\"run_status\":3").doesNotContain("x");
  }
}
