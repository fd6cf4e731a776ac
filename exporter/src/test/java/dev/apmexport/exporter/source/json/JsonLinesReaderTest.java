package dev.apmexport.exporter.source.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.fail;

import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.RecordedSamples;
import dev.apmexport.exporter.source.TimeBounds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonLinesReaderTest {
  private static final String TIME = "2023-11-14T22:13:21.999999999Z";
  private static final long T = 1_700_000_001;
  private static final String GOOD = "counter good{} @1700000001 1.0";

  private final SeriesTable table = new SeriesTable(10);
  private final JsonLinesReader reader = new JsonLinesReader(table);

  @Test
  void all_four_types_are_read() throws InvalidPush {
    JsonLines lines = new JsonLines().metric("http_reqs", "counter").metric("vus", "gauge").metric("checks", "rate")
        .metric("http_req_duration", "trend").point("http_reqs", TIME, "1", "{\"status\":\"200\"}")
        .point("vus", TIME, "7", "null")
        .point("checks", TIME, "0", "{}").point("checks", TIME, "1", "{}")
        .point("http_req_duration", TIME, "100.25", "{}");
    assertThat(read(lines)).containsExactly("counter http_reqs{status=\"200\"} @1700000001 1.0",
        "gauge vus{} @1700000001 7.0",
        "rate checks{} @1700000001 0/1", "rate checks{} @1700000001 1/1",
        "trend http_req_duration{} @1700000001 count=1 sum=100.25 min=100.25 max=100.25 med=100.25", GOOD);
  }

  @Test
  void a_sample_belongs_to_its_second_whatever_the_time_zone() throws InvalidPush {
    JsonLines lines = new JsonLines().metric("c", "counter").point("c", "2023-11-15T03:43:21.5+05:30", "1", "{}")
        .point("c", "2023-11-14T22:13:22Z", "1", "{}");
    assertThat(read(lines)).containsExactly("counter c{} @1700000001 1.0", "counter c{} @1700000002 1.0", GOOD);
  }

  @Test
  void tags_that_do_not_reach_k6s_own_wire_are_dropped() throws InvalidPush {
    JsonLines lines = new JsonLines().metric("c", "counter").point("c", TIME, "1",
        "{\"test_run_id\":\"5\",\"__name__\":\"x\",\"_a\":\"b\",\"group\":\"\",\"n\":5}");
    assertThat(read(lines)).containsExactly("counter c{_a=\"b\", group=\"\", n=\"5\"} @1700000001 1.0", GOOD);
  }

  @Test
  void samples_that_break_a_rule_are_refused_one_by_one() throws InvalidPush {
    JsonLines lines = new JsonLines().metric("c", "counter").metric("", "counter").point("undefined", TIME, "1", "{}")
        .point("", TIME, "1", "{}").point("c", "2023-11-14T22:23:22Z", "1", "{}")
        .point("c", "2023-10-01T00:00:00Z", "1", "{}")
        .point("c", TIME, "1e999", "{}").point("c", TIME, "2", manyTags());
    assertThat(read(lines)).containsExactly("refused undefined 1 UNKNOWN_TYPE", "refused  1 EMPTY_NAME",
        "refused c 1 TOO_FAR_AHEAD", "refused c 1 TOO_OLD", "refused c 1 NOT_FINITE", "refused c 1 TOO_MANY_LABELS",
        GOOD);
  }

  private static String manyTags() {
    StringBuilder tags = new StringBuilder("{\"t\":\"\"");
    for (int i = 0; i < 100; i++) {
      tags.append(",\"t").append(i).append("\":\"\"");
    }
    return tags.append('}').toString();
  }

  @Test
  void a_metric_that_changes_its_type_is_refused() throws InvalidPush {
    read(new JsonLines().metric("c", "counter").point("c", TIME, "1", "{}"));
    assertThat(read(new JsonLines().metric("c", "gauge").point("c", TIME, "1", "{}")))
        .containsExactly("refused c 1 CHANGED_TYPE", GOOD);
  }

  @Test
  void series_beyond_the_runs_limit_are_refused() throws InvalidPush {
    JsonLines lines = new JsonLines().metric("c", "counter");
    for (int i = 0; i < 12; i++) {
      lines.point("c", TIME, "1", "{\"i\":\"" + i + "\"}");
    }
    assertThat(read(lines)).filteredOn(line -> line.startsWith("refused")).containsExactly(
        "refused c 1 TOO_MANY_SERIES",
        "refused c 1 TOO_MANY_SERIES", "refused good 1 TOO_MANY_SERIES");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"not json | is not JSON",
      "{\"type\":\"Point\" | is not JSON",
      "[1] | has the type \"\"", "{\"type\":\"Other\"} | has the type \"Other\"",
      "{\"type\":\"Metric\",\"metric\":\"c\",\"data\":{\"type\":\"sum\"}} | gives \"c\" the type \"sum\"",
      "{\"type\":\"Point\",\"metric\":\"c\",\"data\":{\"time\":\"2023-11-14T22:13:21Z\",\"value\":\"1\"}} | has no number under data.value",
      "{\"type\":\"Point\",\"metric\":\"c\"} | has no number under data.value",
      "{\"type\":\"Point\",\"metric\":\"c\",\"data\":{\"time\":\"yesterday\",\"value\":1}} | has the time \"yesterday\"",
      "{\"type\":\"Point\",\"metric\":\"c\",\"data\":{\"time\":5,\"value\":1}} | has the time \"5\"",
      "{} {} | is not JSON"})
  void a_line_that_is_none_of_k6s_refuses_the_record(String line, String message) {
    assertThatThrownBy(() -> read(new JsonLines().line(line))).isInstanceOf(InvalidPush.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"1e999, NOT_FINITE", "-1e999, NOT_FINITE", "1e-999, 0.0",
      "12345678901234567890123, 1.2345678901234568E22",
      "1.7976931348623157e308, 1.7976931348623157E308", "1e400 digits, NOT_FINITE"})
  void numbers_that_no_double_holds_exactly_are_rounded_or_refused(String number, String read) throws InvalidPush {
    String written = number.replace("e400 digits", "0".repeat(400));
    assertThat(read(new JsonLines().metric("c", "counter").point("c", TIME, written, "{}"))).hasSize(2).first()
        .asString()
        .endsWith(" " + read);
  }

  @Test
  void changed_bytes_are_read_or_refused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] good = new JsonLines().metric("c", "counter").point("c", TIME, "1.5", "{\"a\":\"ü\"}")
        .point("c", TIME, "12e3", "{\"b\":\"\\u00fc\"}").bytes();
    for (int round = 0; round < 10_000; round++) {
      byte[] bad = random.nextInt(4) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
      for (int n = random.nextInt(3); n >= 0 && bad.length > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) (random.nextBoolean() ? random.nextInt(256)
            : "09-eE.\"\\{}[]Zu".charAt(random.nextInt(14)));
      }
      try {
        reader.read(bad, bad.length, TimeBounds.around(T * 1000), new RecordedSamples());
      } catch (InvalidPush expected) {
        assertThat(expected).message().isNotBlank();
      } catch (RuntimeException | Error e) {
        fail("seed " + seed + " round " + round + ": " + new String(bad, StandardCharsets.ISO_8859_1), e);
      }
    }
  }

  @Test
  void a_definition_holds_for_the_pieces_of_an_upload_that_follow_it() throws InvalidPush {
    read(new JsonLines().metric("mine", "rate"));
    assertThat(read(new JsonLines().point("mine", TIME, "1", "{}"))).contains("rate mine{} @1700000001 1/1");
    RecordedSamples seen = new RecordedSamples();
    byte[] piece = new JsonLines().point("mine", TIME, "0", "{}").bytes();
    reader.copy().read(piece, piece.length, TimeBounds.around(T * 1000), seen);
    assertThat(seen.lines()).containsExactly("rate mine{} @1700000001 0/1");
  }

  @Test
  void k6s_own_metrics_need_no_definition() throws InvalidPush {
    assertThat(read(new JsonLines().point("http_reqs", TIME, "1", "{}")))
        .contains("counter http_reqs{} @1700000001 1.0");
  }

  private List<String> read(JsonLines lines) throws InvalidPush {
    byte[] data = lines.metric("good", "counter").point("good", TIME, "1", "{}").bytes();
    RecordedSamples seen = new RecordedSamples();
    reader.read(data, data.length, TimeBounds.around(T * 1000), seen);
    return seen.lines();
  }
}
