package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static dev.apmexport.exporter.source.remotewrite.WriteRequests.labels;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.exporter.source.remotewrite.NativeHistogramSender;
import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import dev.apmexport.exporter.source.remotewrite.WriteRequests.Sample;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What senders of totals, and several senders at once, may do to a run that is exported while it lives. */
class SeveralSendersTest extends ExporterFixture {
  private static final String DURATION = "k6_http_req_duration_seconds";

  private static long at(int second) {
    return (START + second) * 1000;
  }

  /** A push that comes 3 s after this second. */
  private void push(Kind kind, String instance, int second, byte[] payload) throws InterruptedException {
    time.sleep(Duration.ofMillis(Math.max(0, at(second + 3) - time.millis())));
    feed.append(kind, instance, time.millis(), payload);
    advance();
  }

  private TreeMap<Long, Double> received(String name) {
    assertThat(fast.points()).containsKey(new Series(name, Labels.NONE));
    return fast.points().get(new Series(name, Labels.NONE));
  }

  /** The last second that the live pass has sent so far. */
  private long reached() throws InterruptedException {
    drain(8);
    return received("k6_http_reqs").lastKey() / 1000 - START;
  }

  private static WriteRequests many(int second, int series, NativeHistogramSender durations) {
    WriteRequests push = durations.write(new WriteRequests(), labels(DURATION), at(second));
    for (int i = 0; i < series; i++) {
      push.series(new String[]{"__name__", "k6_http_reqs_total", "url", "/" + i},
          new Sample((second + 1) * (i + 1), at(second)));
    }
    return push.sample("k6_http_reqs_total", 10.0 * (second + 1), at(second))
        .sample("k6_http_req_failed_rate", 0.5, at(second));
  }

  @Test
  void an_export_that_leaves_and_comes_back_goes_on_with_the_totals_of_its_own_place() throws InterruptedException {
    AtomicBoolean open = new AtomicBoolean();
    slow.rule(_ -> open.get() ? new WriteResult.Accepted()
        : new WriteResult.RetryLater(WriteResult.Cause.BUSY, "busy", Duration.ZERO));
    entries = List.of(entry("http_reqs", null, "url"), entry("http_req_duration", null),
        entry("http_req_failed", null));
    start();
    NativeHistogramSender durations = new NativeHistogramSender();
    for (int second = 0; second < 120; second++) {
      push(Kind.REMOTE_WRITE, "", second, many(second, 2_500, durations.add(0.1, 0.001 * second)).packed());
    }
    assertThat(exporter.status(7).state()).isEqualTo(ExportStatus.State.BEHIND);
    drain(8);
    assertThat(slow.size()).isZero();
    open.set(true);
    while (exporter.status(7).state() == ExportStatus.State.BEHIND) {
      time.sleep(Duration.ofSeconds(1));
    }
    for (int second = 120; second < 130; second++) {
      push(Kind.REMOTE_WRITE, "", second, many(second, 2_500, durations.add(0.1, 0.001 * second)).packed());
    }
    finish();
    assertThat(slow.points()).isEqualTo(fast.points());
    assertThat(slow.writes()).isEqualTo(slow.size());
    assertThat(slow.points().get(new Series("k6_http_reqs", Labels.of("url", "/7"))).lastEntry().getValue())
        .isEqualTo(130 * 8);
    assertThat(received("k6_http_req_duration_count").lastEntry().getValue()).isEqualTo(260);
    assertThat(received("k6_http_req_failed").values()).containsOnly(0.5);
    assertBalanced();
  }

  private void pushBuckets(int second) throws InterruptedException {
    push(Kind.METRIC_SET, "cloud", second, new MetricSets(1).counter("http_reqs", Labels.NONE, START + second, 2)
        .gauge("vus", Labels.NONE, START + second, 3).rate("http_req_failed", Labels.NONE, START + second, 1, 2)
        .trend("http_req_duration", Labels.NONE, START + second, 100, 200).packed());
  }

  private void pushTotals(int second, NativeHistogramSender durations) throws InterruptedException {
    push(Kind.REMOTE_WRITE, "prometheus", second, durations.add(0.1, 0.3)
        .write(new WriteRequests(), labels(DURATION), at(second)).sample("k6_vus", 4, at(second))
        .sample("k6_http_reqs_total", 4.0 * (second + 1), at(second))
        .sample("k6_http_req_failed_rate", 0.25, at(second)).packed());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pushes_of_both_kinds_meet_in_one_run(boolean totalsFirst) throws InterruptedException {
    entries = List.of(entry("http_reqs", null), entry("vus", null), entry("http_req_failed", null),
        entry("http_req_duration", null));
    start();
    NativeHistogramSender durations = new NativeHistogramSender();
    for (int second = 0; second < 40; second++) {
      if (totalsFirst) {
        pushTotals(second, durations);
      }
      pushBuckets(second);
      if (!totalsFirst) {
        pushTotals(second, durations);
      }
    }
    assertThat(reached()).as("nothing hangs").isGreaterThanOrEqualTo(36);
    finish();
    assertThat(received("k6_http_reqs").lastEntry().getValue()).isEqualTo(40 * 6);
    assertThat(received("k6_vus").values()).containsOnly(7.0);
    assertThat(received("k6_http_req_failed").values()).allSatisfy(
        ratio -> assertThat(ratio).isCloseTo(2.0 / 6, within(1e-12)));
    assertThat(received("k6_http_req_duration_count").lastEntry().getValue()).isEqualTo(40 * 4);
    assertThat(received("k6_http_req_duration_sum").lastEntry().getValue()).isCloseTo(40 * 0.7, within(1e-9));
    assertThat(exporter.status(8).samples().late()).isZero();
    assertBalanced();
  }

  @Test
  void a_trends_statistics_and_its_own_values_write_no_series_twice() throws InterruptedException {
    entries = List.of(entry("http_reqs", null), entry("http_req_duration", null));
    start();
    for (int second = 0; second < 20; second++) {
      pushBuckets(second);
      push(Kind.REMOTE_WRITE, "prometheus", second,
          new WriteRequests().sample("k6_http_req_duration_p99", 9, at(second))
              .sample("k6_http_req_duration_count", 0.001 * second, at(second)).packed());
    }
    finish();
    assertThat(fast.disorders()).isZero();
    assertThat(fast.writes()).isEqualTo(fast.size());
    assertThat(received("k6_http_req_duration_count").lastEntry().getValue()).isEqualTo(40);
  }

  /** Its clock has stepped ahead, so all it brings lies in the future. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_generator_whose_pushes_are_all_refused_holds_nobody_up(boolean fromTheStart) throws InterruptedException {
    start();
    for (int second = 0; second < 60; second++) {
      long ahead = fromTheStart || second >= 10 ? 700_000 : 0;
      push(Kind.REMOTE_WRITE, "a", second,
          new WriteRequests().sample("k6_http_reqs_total", second + 1, at(second)).packed());
      push(Kind.REMOTE_WRITE, "b", second,
          new WriteRequests().sample("k6_http_reqs_total", second + 1, at(second) + ahead).packed());
    }
    assertThat(reached()).isGreaterThanOrEqualTo(56);
    finish();
    assertThat(received("k6_http_reqs").lastEntry().getValue()).isEqualTo(60 + (fromTheStart ? 0 : 10));
    assertThat(exporter.status(8).samples().late()).isZero();
    assertBalanced();
  }

  @Test
  void a_generator_whose_clock_is_an_hour_behind_holds_nobody_up_and_is_counted() throws InterruptedException {
    start();
    for (int second = 0; second < 60; second++) {
      push(Kind.METRIC_SET, "a", second,
          new MetricSets(1).counter("http_reqs", Labels.NONE, START + second, 1).packed());
      push(Kind.METRIC_SET, "b", second,
          new MetricSets(1).counter("http_reqs", Labels.NONE, START + second - 3_600, 1).packed());
    }
    assertThat(reached()).isGreaterThanOrEqualTo(56);
    finish();
    assertThat(received("k6_http_reqs").lastEntry().getValue()).isEqualTo(120);
    assertThat(exporter.status(8).samples().late()).isPositive();
  }

  @Test
  void several_senders_under_one_name_are_told_to_take_one_each() throws InterruptedException {
    start();
    for (int second = 0; second < 30; second += 5) {
      for (int sender = 0; sender < 2; sender++) {
        push(Kind.REMOTE_WRITE, "", second + sender, new WriteRequests()
            .sample("k6_http_reqs_total", (second + 1) * (2 - sender), at(second + sender)).packed());
      }
    }
    assertThat(exporter.status(8).warnings()).extracting(Problem::toString).singleElement().asString()
        .contains("The totals of http_reqs fell back again and again", "/i/<name>");
    finish();
  }

  private void pushPeriods(String instance, int period, int upTo) throws InterruptedException {
    for (int second = 0; second < upTo; second += period) {
      push(Kind.METRIC_SET, instance, second + period,
          new MetricSets(period).counter("http_reqs", Labels.NONE, START + second, 1).packed());
    }
  }

  @Test
  void senders_that_could_not_be_told_apart_are_told_at_the_end() throws InterruptedException {
    settings = new RunSettings("42", 1, 10_000, 10_000, RunSettings.FOLD_VERSION, 4);
    start();
    pushPeriods("", 1, 5);
    assertThat(exporter.status(8).warnings()).isEmpty();
    finish();

    assertThat(exporter.status(8).warnings()).extracting(Problem::toString).singleElement().asString()
        .contains("made for 4 load generators, and 1 could be told apart", "/i/<name>");
  }

  @Test
  void senders_that_were_all_heard_are_no_matter() throws InterruptedException {
    settings = new RunSettings("42", 1, 10_000, 10_000, RunSettings.FOLD_VERSION, 2);
    start();
    pushPeriods("a", 1, 5);
    pushPeriods("b", 1, 10);
    finish();

    assertThat(exporter.status(8).warnings()).isEmpty();
  }

  @Test
  void a_sender_whose_buckets_do_not_fit_the_windows_is_told_with_its_name() throws InterruptedException {
    start();
    pushPeriods("a", 1, 5);
    pushPeriods("b", 3, 12);

    assertThat(exporter.status(8).warnings()).extracting(Problem::toString).singleElement().asString()
        .contains("first push had buckets of 1 s, and later came buckets of 3 s from b", "K6_CLOUD_AGGREGATION_PERIOD");
    finish();
  }
}
