package dev.apmexport.exporter.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.util.List;
import org.junit.jupiter.api.Test;

class PushReaderTest {
  private static final long T = 1_700_000_001;
  private static final String LINES = """
      {"type":"Metric","data":{"type":"counter"},"metric":"c"}
      {"type":"Point","data":{"time":"2023-11-14T22:13:21Z","value":1,"tags":{"a":"b"}},"metric":"c"}
      """;

  private final PushReader reader = new PushReader(new SeriesTable(10));
  private final RecordedSamples seen = new RecordedSamples();

  @Test
  void records_of_all_kinds_are_read_by_one_reader() throws InvalidPush {
    reader.read(record(LogRecord.Kind.METRIC_SET, new MetricSets(3).counter("c", Labels.of("a", "b"), T, 5).packed()),
        seen);
    reader.read(record(LogRecord.Kind.JSON_LINES, MetricSets.pack(LINES.getBytes())), seen);
    reader.read(record(LogRecord.Kind.FINISH, "{}".getBytes()), seen);
    assertThat(seen.lines()).containsExactly("counter c{a=\"b\"} @1700000001 5.0",
        "counter c{a=\"b\"} @1700000001 1.0");
    assertThat(seen.series().get(1)).isSameAs(seen.series().get(0));
  }

  @Test
  void a_metric_set_says_its_period_and_json_lines_are_buckets_of_a_second() throws InvalidPush {
    assertThat(reader.period(record(LogRecord.Kind.METRIC_SET, new MetricSets(3).packed()))).isEqualTo(3);
    assertThat(reader.period(record(LogRecord.Kind.JSON_LINES, MetricSets.pack(LINES.getBytes())))).isEqualTo(1);
  }

  @Test
  void times_are_judged_by_the_arrival_of_the_record() throws InvalidPush {
    byte[] push = new MetricSets(3).counter("c", Labels.NONE, T, 5).packed();
    reader.read(new LogRecord(1, (T - 601) * 1000 + 999, LogRecord.Kind.METRIC_SET, "", T, T, push), seen);
    reader.read(new LogRecord(2, (T - 600) * 1000, LogRecord.Kind.METRIC_SET, "", T, T, push), seen);
    assertThat(seen.lines()).containsExactly("refused c 1 TOO_FAR_AHEAD", "counter c{} @1700000001 5.0");
  }

  @Test
  void a_record_of_another_format_is_refused() {
    for (LogRecord.Kind kind : List.of(LogRecord.Kind.METRIC_SET, LogRecord.Kind.JSON_LINES,
        LogRecord.Kind.REMOTE_WRITE)) {
      assertThatThrownBy(() -> reader.read(record(kind, "{}".getBytes()), seen)).isInstanceOf(InvalidPush.class)
          .hasMessageContaining("not a snappy block");
    }
  }

  @Test
  void stored_numbers_of_kinds_never_change() {
    assertThat(LogRecord.Kind.numbered(1)).isEqualTo(LogRecord.Kind.METRIC_SET);
    assertThat(LogRecord.Kind.numbered(2)).isEqualTo(LogRecord.Kind.JSON_LINES);
    assertThat(LogRecord.Kind.numbered(3)).isEqualTo(LogRecord.Kind.FINISH);
    assertThat(LogRecord.Kind.numbered(4)).isEqualTo(LogRecord.Kind.REMOTE_WRITE);
    assertThatThrownBy(() -> LogRecord.Kind.numbered(5)).hasMessageContaining("kind 5");
  }

  private static LogRecord record(LogRecord.Kind kind, byte[] payload) {
    return new LogRecord(1, T * 1000, kind, "", T, T, payload);
  }
}
