package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.RunFeed;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExporterTest extends ExporterFixture {

  @Test
  void pushes_that_hold_nothing_do_no_harm() throws InterruptedException {
    start();
    append(0, new MetricSets(1));
    append(1, new MetricSets(1).counter("", Labels.NONE, START, 1));
    append(2, new MetricSets(1).counter("http_reqs", Labels.NONE, START + 100_000, 1));
    load(0, 10, 1);
    append(20, new MetricSets(1));
    finish();
    assertThat(fast.points().get(REQS).lastEntry().getValue()).isEqualTo(10);
    assertThat(exporter.status(8).samples().refusals())
        .isEqualTo(Map.of(Refusal.EMPTY_NAME, 1L, Refusal.TOO_FAR_AHEAD, 1L));
    assertBalanced();
  }

  @Test
  void a_run_without_any_sample_ends() throws InterruptedException {
    start();
    finish();
    assertThat(exporter.hasEnded()).isTrue();
    assertThat(exporter.status(7).windows().sealed()).isZero();
    assertThat(exporter.status(7).points()).isEqualTo(new ExportStatus.Points(0, 0, 0));
  }

  @Test
  void a_push_after_the_end_opens_the_run_again() throws InterruptedException {
    start();
    load(0, 5, 1);
    finish();
    assertThat(exporter.hasEnded()).isTrue();
    load(20, 25, 1);
    assertThat(exporter.hasEnded()).isFalse();
    finish();
    assertThat(exporter.hasEnded()).isTrue();
    assertThat(fast.points().get(REQS)).hasSize(26).containsEntry((START + 20) * 1000, 5.0)
        .containsEntry((START + 25) * 1000, 10.0);
    assertThat(fast.disorders()).isZero();
  }

  @Test
  void a_bucket_ahead_of_the_clock_is_sent_when_it_is_due() throws InterruptedException {
    start();
    append(3, new MetricSets(1).counter("http_reqs", Labels.NONE, START, 1).counter("http_reqs", Labels.NONE,
        START + 300, 1));
    feed.finish(time.millis());
    advance();
    assertThat(exporter.isDrained(8)).isFalse();
    drain(8);
    assertThat(time.millis()).isGreaterThanOrEqualTo((START + 301) * 1000);
    assertThat(fast.points().get(REQS)).hasSize(302).containsEntry((START + 301) * 1000, 2.0);
  }

  @Test
  void a_window_that_the_buckets_do_not_divide_is_rounded_up() throws InterruptedException {
    start();
    append(10,
        new MetricSets(3).counter("http_reqs", Labels.NONE, START, 1).counter("http_reqs", Labels.NONE, START + 3, 1));
    finish();
    assertThat(exporter.status(7).effectiveResampleRate()).isEqualTo(3);
    assertThat(fast.points().get(REQS)).containsExactly(Map.entry(START * 1000, 0.0),
        Map.entry((START + 3) * 1000, 1.0), Map.entry((START + 6) * 1000, 2.0));
  }

  @Test
  void series_beyond_the_limits_are_refused_and_counted() throws InterruptedException {
    settings = new RunSettings("42", 1, 8, 5, RunSettings.FOLD_VERSION);
    entries = List.of(entry("http_reqs", null, "url"));
    start();
    load(0, 10, 12);
    finish();
    assertThat(fast.points()).hasSize(5);
    assertThat(exporter.status(8).samples())
        .isEqualTo(new ExportStatus.Samples(120, 50, 0, 70, 0, Map.of(Refusal.TOO_MANY_SERIES, 40L)));
  }

  @Test
  void a_record_that_cannot_be_read_stops_the_run_and_is_named() {
    start();
    LogRecord broken = new LogRecord(1, START * 1000, LogRecord.Kind.METRIC_SET, "", START, START,
        "nonsense".getBytes());
    exporter = new Exporter(settings, List.of(), new RunFeed() {
      @Override
      public List<LogRecord> read(long afterSeq, int limit) {
        return List.of(broken);
      }

      @Override
      public long[] firstBuckets(long throughSeq) {
        return new long[]{START};
      }

      @Override
      public long head() {
        return 1;
      }
    }, new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()));
    assertThatThrownBy(exporter::advance).isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Record 1 of run 42");
  }

  @Test
  void the_runs_id_is_a_label_where_it_is_wished() throws InterruptedException {
    exporter = new Exporter(settings,
        List.of(new Export(0, new ExportConfig("prometheus", 1, true, entries, fast), ledgers.get(0))), feed,
        new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()));
    load(0, 5, 1);
    feed.finish(time.millis());
    advance();
    drain(0);
    assertThat(fast.points()).containsOnlyKeys(new Series("k6_http_reqs", Labels.of("test_run_id", "42")));
  }

  @Test
  void an_output_series_belongs_to_the_first_entry_that_makes_it() throws InterruptedException {
    entries = List.of(entry("http_reqs{url=\"/0\"}", "mine"), entry("http_reqs", "mine"), entry("http_reqs", "all"),
        entry("data_sent", "all"));
    start();
    load(0, 5, 3);
    append(8, new MetricSets(1).counter("data_sent", Labels.NONE, START + 5, 1_000));
    finish();
    assertThat(fast.points()).containsOnlyKeys(new Series("mine", Labels.NONE), new Series("all", Labels.NONE));
    assertThat(fast.points().get(new Series("mine", Labels.NONE)).lastEntry().getValue()).isEqualTo(5);
    assertThat(fast.points().get(new Series("all", Labels.NONE)).lastEntry().getValue()).isEqualTo(15);
  }

  @Test
  void json_lines_and_metric_sets_of_one_run_meet() throws InterruptedException {
    start();
    load(0, 5, 1);
    String lines = """
        {"type":"Metric","data":{"type":"counter"},"metric":"http_reqs"}
        {"type":"Point","data":{"time":"%s","value":3,"tags":{"url":"/0"}},"metric":"http_reqs"}
        """.formatted(Instant.ofEpochSecond(START + 5));
    feed.append(LogRecord.Kind.JSON_LINES, "", time.millis(), MetricSets.pack(lines.getBytes()));
    finish();
    assertThat(fast.points().get(REQS).lastEntry()).isEqualTo(Map.entry((START + 6) * 1000, 8.0));
  }
}
