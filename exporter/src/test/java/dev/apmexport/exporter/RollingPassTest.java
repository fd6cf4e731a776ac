package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs so long that what went wrong at their beginning could not be set right at their end. Hours pass in seconds. */
@Timeout(300)
class RollingPassTest {
  private static final int MINUTE = 60;
  private static final int EVERY = 10;
  private static final String GAUGE = "k6_queue_length";

  @Test
  void datadog_is_set_right_while_it_still_takes_what_is_old() throws InterruptedException {
    try (DatadogRun run = datadog()) {
      List<MadeUpRun.Sample> samples = play(run, 90 * MINUTE);
      run.finish();
      ReconciliationReport report = run.secondPass(1);
      run.assertExact(report, samples, EVERY, "a run of 90 min");
      assertThat(report.corrected()).isPositive();
    }
  }

  /** A request that was given up may arrive after the correction, and what Datadog is told last stands. */
  @Test
  void a_correction_waits_until_an_unanswered_request_cannot_arrive_any_more() throws InterruptedException {
    try (DatadogRun run = datadog()) {
      List<MadeUpRun.Sample> samples = new ArrayList<>();
      for (int second = 0; second < 90 * MINUTE; second += EVERY) {
        push(run, second, samples);
        if (second == 2_280) {
          run.loseAnswers();
        } else if (second == 2_470) {
          assertThat(run.held("k6.http_reqs[]", MadeUpRun.START + 2_000)).as("it waits").isEqualTo(3);
        } else if (second == 2_500) {
          assertThat(run.held("k6.http_reqs[]", MadeUpRun.START + 2_000)).as("it is sent").isEqualTo(8);
        }
      }
      run.finish();
      run.assertExact(run.secondPass(1), samples, EVERY, "unanswered requests in the 38th minute");
    }
  }

  @Test
  void a_worker_that_takes_over_goes_on_with_it() throws InterruptedException {
    try (DatadogRun run = datadog()) {
      List<MadeUpRun.Sample> samples = new ArrayList<>();
      for (int second = 0; second < 90 * MINUTE; second += EVERY) {
        push(run, second, samples);
        if (second % (20 * MINUTE) == 0) {
          run.kill();
        }
      }
      run.finish();
      run.assertExact(run.secondPass(1), samples, EVERY, "a run whose worker dies every 20 min");
    }
  }

  @Test
  void a_day_is_no_different() throws InterruptedException {
    try (DatadogRun run = datadog()) {
      List<MadeUpRun.Sample> samples = play(run, 24 * 60 * MINUTE);
      run.finish();
      ReconciliationReport report = run.secondPass(1);
      run.assertExact(report, samples, EVERY, "a run of a day");
      assertThat(report.expected()).isEqualTo(8_640);
    }
  }

  /** Default Prometheus refuses what is an hour older than its newest sample, of whatever series. */
  @Test
  void a_series_that_prometheus_refused_for_a_while_is_taken_up_again() throws InterruptedException {
    try (BlockRun run = new BlockRun(
        "{'resampleRate': 10, 'includeDefaultMetrics': false, 'metrics': ['queue_length', 'vus']}")) {
      for (int second = 0; second < 100 * MINUTE; second += EVERY) {
        run.prometheus.poison(second > 5 * MINUTE && second < 12 * MINUTE ? GAUGE : "");
        run.push(second + 12, new MetricSets(1).gauge("queue_length", Labels.NONE, BlockRun.START + second, second)
            .gauge("vus", Labels.NONE, BlockRun.START + second, 3)).settle();
      }
      run.finish();
      assertThat(run.status(0).points().rejected()).isPositive();
      ReconciliationReport report = run.secondPass(0, 1);
      assertThat(report.exact()).as("%s", report).isTrue();
      assertThat(report.filled()).isGreaterThan(500);
      NavigableMap<Long, Double> received = run.received(GAUGE);
      assertThat(received).hasSize(600);
      assertThat(List.copyOf(received.values())).isSorted();
    }
  }

  @Test
  void a_short_run_does_without_it() throws InterruptedException {
    try (DatadogRun run = datadog()) {
      play(run, 25 * MINUTE);
      run.finish();
      int requests = run.datadog.requests();
      assertThat(run.secondPass(1).corrected()).isPositive();
      assertThat(run.datadog.requests()).isGreaterThan(requests);
    }
  }

  private static DatadogRun datadog() {
    return new DatadogRun(MadeUpRun.START, 1, EVERY, List.of(PlayedRun.entry("http_reqs", null)));
  }

  private static List<MadeUpRun.Sample> play(DatadogRun run, int seconds) throws InterruptedException {
    List<MadeUpRun.Sample> samples = new ArrayList<>();
    for (int second = 0; second < seconds; second += EVERY) {
      push(run, second, samples);
    }
    return samples;
  }

  /** Every window has a part that comes in time; every 50th has one that is two minutes late. */
  private static void push(DatadogRun run, int second, List<MadeUpRun.Sample> samples) throws InterruptedException {
    List<MadeUpRun.Sample> now = new ArrayList<>(List.of(requests(second, 3)));
    if (second % (50 * EVERY) == 12 * EVERY) {
      now.add(requests(second - 12 * EVERY, 5));
    }
    samples.addAll(now);
    run.append(MadeUpRun.START + second + EVERY + 2, "", new MadeUpRun.Push(second, 0, now).payload(1));
    run.advance();
    run.settle();
  }

  private static MadeUpRun.Sample requests(int second, double count) {
    return new MadeUpRun.Sample(0, MetricType.COUNTER, "http_reqs", Labels.NONE, MadeUpRun.START + second, count);
  }
}
