package dev.apmexport.exporter.threshold;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class ThresholdTest {
  private static final JsonMapper JSON = JsonMapper.shared();

  private static List<Threshold> read(String json) {
    return Threshold.read(JSON.readTree(json));
  }

  @Test
  void both_forms_of_a_threshold_are_read_in_their_order() {
    assertThat(read("""
        {"http_req_duration{status:200}": ["p(95)<200", {"threshold": "avg<100", "abortOnFail": true, "delayAbortEval": "10s"}],
         "checks": ["rate>0.9"]}""")).allSatisfy(threshold -> assertThat(threshold.fault()).isNull())
        .extracting(Threshold::metric, Threshold::expression).containsExactly(
            org.assertj.core.groups.Tuple.tuple("http_req_duration{status:200}", "p(95)<200"),
            org.assertj.core.groups.Tuple.tuple("http_req_duration{status:200}", "avg<100"),
            org.assertj.core.groups.Tuple.tuple("checks", "rate>0.9"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "{\"checks\": \"rate>0.9\"}               | must be a list",
      "{\"checks\": {\"threshold\": \"x\"}}     | must be a list",
      "{\"checks\": null}                       | must be a list",
      "{\"checks\": [null]}                     | must be a text",
      "{\"checks\": [5]}                        | must be a text",
      "{\"checks\": [[\"rate>0.9\"]]}           | must be a text",
      "{\"checks\": [{\"abortOnFail\": true}]}  | must be a text",
      "{\"checks\": [{\"threshold\": {}}]}      | must be a text",
      "{\"checks\": [\"rate\"]}                 | there is no operator",
      "{\"checks{\": [\"rate>0.9\"]}            | must end with }",
      "{\"\": [\"rate>0.9\"]}                   | name of a metric is missing",
      "{\"checks\": [\"count>5\"]}              | checks is a rate, and of a rate a threshold may ask rate, not count.",
      "{\"vus{a:b}\": [\"max>5\"]}              | vus is a gauge, and of a gauge a threshold may ask value, not max.",
      "{\"http_reqs\": [\"value>5\"]}           | may ask count, rate, not value.",
      "{\"http_req_duration\": [\"rate>5\"]}    | may ask avg, min, max, med, p(N), not rate."})
  void what_cannot_be_is_told_and_breaks_nothing(String json, String fault) {
    assertThat(read(json)).singleElement().satisfies(threshold -> {
      assertThat(threshold.fault()).contains(fault).endsWith(".");
      assertThat(ThresholdResult.before(threshold).state()).isEqualTo(ThresholdResult.State.INVALID);
    });
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{}", "[]", "null", "5", "`{\"checks\": []}`", "\"x\""})
  void where_nothing_is_demanded_there_is_no_threshold(String json) {
    assertThat(read(json)).isEmpty();
  }

  @Test
  void a_script_with_too_many_is_told_so_once() {
    ArrayNode many = JSON.createArrayNode();
    for (int i = 0; i < 3 * Threshold.MOST; i++) {
      many.add("rate>0." + i);
    }
    List<Threshold> read = Threshold.read(JSON.createObjectNode().set("checks", many));

    assertThat(read).hasSize(Threshold.MOST + 1);
    assertThat(read.getLast().fault()).contains("first 1000");
    assertThat(read.subList(0, Threshold.MOST)).allSatisfy(threshold -> assertThat(threshold.fault()).isNull());
  }

  @Test
  void so_much_text_that_a_list_of_runs_would_not_bear_it_is_cut_off() {
    ObjectNode huge = JSON.createObjectNode();
    for (int i = 0; i < 1_000; i++) {
      huge.putArray("http_req_duration{url:" + i + "x".repeat(900) + "}").add("p(95)<200").add("avg<100");
    }
    List<Threshold> read = Threshold.read(huge);

    assertThat(read).hasSizeBetween(Threshold.MOST_TEXT / 1_000, Threshold.MOST_TEXT / 900);
    assertThat(read.getLast().fault()).contains("only as many as have 200000 characters together");
    assertThat(read.subList(0, read.size() - 1)).allSatisfy(threshold -> assertThat(threshold.fault()).isNull());
    JsonNode kept = Threshold.kept(huge);
    assertThat(kept.toString().length()).isLessThan(2 * Threshold.MOST_TEXT);
    assertThat(Threshold.read(kept)).isEqualTo(read);
  }

  @Test
  void what_is_kept_reads_as_it_was_written() {
    ObjectNode written = JSON.createObjectNode();
    written.putArray("checks").add("rate>0.9").addObject().put("threshold", "rate>0.8").put("abortOnFail", true);
    assertThat(Threshold.kept(written)).isEqualTo(written);
    written.putArray("odd/name~").add("x".repeat(Threshold.MOST_TEXT));
    assertThat(Threshold.read(Threshold.kept(written))).isEqualTo(Threshold.read(written));
  }

  @Test
  void whatever_is_written_is_read_without_an_exception_and_kept_short() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    String alphabet = "p(9)<>=!. {}:,'\"avg\u0000\u00e9e+-_x\n";
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(30); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      ObjectNode written = JSON.createObjectNode();
      written.putArray(text.toString()).add(text.reverse().toString()).add("avg<1");
      assertThat(Threshold.read(written)).as("seed %d round %d", seed, round).hasSize(2);
    }
    ObjectNode huge = JSON.createObjectNode();
    huge.putArray("m".repeat(100_000)).add("x".repeat(100_000));
    assertThat(Threshold.read(huge).getFirst().expression()).hasSizeLessThan(1_100);
  }
}
