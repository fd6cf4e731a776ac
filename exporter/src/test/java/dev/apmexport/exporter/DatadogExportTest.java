package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.MadeUpRun.Push;
import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.sink.datadog.FakeDatadog.Fault;
import dev.apmexport.exporter.source.LogRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole runs to an intake with Datadog's rules: what it holds in the end is what the samples themselves say. */
@Timeout(300)
class DatadogExportTest {
  private static final int RUNS = Integer.getInteger("apm.test.runs", 3);
  private static final List<MetricEntry> RECORDED = List.of(entry("vus", null), entry("iterations", null),
      entry("data_sent", null), entry("data_received", null), entry("http_reqs", null),
      entry("http_req_duration", null), entry("http_reqs{status=~\"5..\"}", "shop.errors", "status"),
      entry("http_req_failed", null), entry("checks", null, "check"), entry("http_req_waiting", null, "name"));
  private static final List<MetricEntry> MADE_UP = List.of(entry("http_reqs", null), entry("data_sent", null),
      entry("checks", null), entry("http_req_duration", null), entry("http_reqs{status=~\"5..\"}", "errors", "url"));

  @Test
  void a_recorded_run_of_k6_arrives_as_it_was_measured() throws IOException, InterruptedException {
    List<LogRecord> pushes = RecordedTraffic.pushes();
    try (DatadogRun run = new DatadogRun(pushes.getFirst().firstBucket(), RecordedTraffic.PERIOD, 3, RECORDED)) {
      for (LogRecord push : pushes) {
        run.append(push.lastBucket() + RecordedTraffic.PERIOD + 8, "", push.payload());
        run.advance();
      }
      run.finish();
      List<Sample> samples = RecordedTraffic.samples();
      assertThat(run.wrong(new DatadogTruth(samples, RECORDED, 3))).as("live").isZero();
      ReconciliationReport report = run.secondPass(1);
      run.assertExact(report, samples, 3, "recorded");
      assertThat(report.asExpected()).isEqualTo(report.expected());
      assertThat(run.datadog.type("k6.http_reqs")).isEqualTo("1 every 3");
      assertThat(run.datadog.type("k6.http_req_duration.count")).isEqualTo("1 every 3");
      assertThat(run.datadog.type("k6.http_req_duration.95percentile")).isEqualTo("3 every 0");
    }
  }

  @Test
  void the_same_arrives_at_the_intake_of_version_1() throws IOException, InterruptedException {
    List<LogRecord> pushes = RecordedTraffic.pushes();
    try (DatadogRun run = DatadogRun.of(pushes.getFirst().firstBucket(), RecordedTraffic.PERIOD,
        "{'apiVersion': 'v1'}")) {
      for (LogRecord push : pushes) {
        run.append(push.lastBucket() + RecordedTraffic.PERIOD + 8, "", push.payload());
        run.advance();
      }
      run.finish();
      ReconciliationReport report = run.secondPass(1);
      run.assertExact(report, RecordedTraffic.samples(), 3, "version 1");
      assertThat(report.asExpected()).isEqualTo(report.expected());
      assertThat(run.datadog.content().keySet()).allMatch(series -> series.endsWith("@k6"));
      assertThat(run.datadog.type("k6.http_reqs")).isEqualTo("1 every 3");
    }
  }

  @Test
  void a_push_that_comes_late_is_set_right_by_the_second_pass() throws IOException, InterruptedException {
    List<LogRecord> pushes = RecordedTraffic.pushes();
    LogRecord late = pushes.remove(3);
    try (DatadogRun run = new DatadogRun(pushes.getFirst().firstBucket(), RecordedTraffic.PERIOD, 3, RECORDED)) {
      for (LogRecord push : pushes) {
        run.append(push.lastBucket() + RecordedTraffic.PERIOD + 8, "", push.payload());
        run.advance();
      }
      run.append(0, "", late.payload());
      run.finish();
      List<Sample> samples = RecordedTraffic.samples();
      assertThat(run.wrong(new DatadogTruth(samples, RECORDED, 3))).as("the test is about something").isPositive();
      ReconciliationReport report = run.secondPass(1);
      run.assertExact(report, samples, 3, "late");
      assertThat(report.corrected()).isPositive();
      assertThat(run.datadog.history("k6.http_reqs[]", late.firstBucket())).as("wrong first, then overwritten")
          .hasSize(2);
    }
  }

  @Test
  void whatever_fails_and_comes_late_in_the_end_every_point_is_right() throws InterruptedException {
    long base = System.nanoTime();
    for (long seed = base; seed < base + RUNS; seed++) {
      Random random = new Random(seed);
      MadeUpRun made = new MadeUpRun(random, 1 + random.nextInt(3), 1 + random.nextInt(3), 40 + random.nextInt(60));
      int rate = 1 + random.nextInt(10);
      try (DatadogRun run = new DatadogRun(MadeUpRun.START, made.period, rate, MADE_UP)) {
        play(run, made, random);
        int seconds = Window.effectiveSeconds(rate, made.period);
        run.time.sleep(Duration.ofSeconds(201)); // corrections wait for requests that were given up
        run.assertExact(run.secondPass(1), made.samples, seconds, "seed " + seed);
        int requests = run.datadog.requests();
        run.assertExact(run.secondPass(2), made.samples, seconds, "again, seed " + seed);
        assertThat(run.datadog.requests()).as("seed %d", seed).isEqualTo(requests);
      }
    }
  }

  @Test
  void what_datadog_would_drop_without_a_word_is_not_sent_and_is_told() throws InterruptedException {
    MadeUpRun made = new MadeUpRun(new Random(3), 1, 1, 120);
    List<MetricEntry> entries = MADE_UP.subList(0, 4);
    try (DatadogRun run = new DatadogRun(MadeUpRun.START, 1, 2, entries)) {
      run.datadog.faults(() -> {
        long second = run.time.millis() / 1000 - MadeUpRun.START;
        return second > 20 && second < 3_620 ? Fault.BUSY : Fault.NONE;
      });
      for (Push push : made.pushes(0)) {
        run.append(push.second(), "load-0", push.payload(1));
        run.advance();
      }
      run.time.sleep(Duration.ofMinutes(55));
      ExportStatus status = run.finish();
      ReconciliationReport report = run.secondPass(1);
      DatadogTruth truth = new DatadogTruth(made.samples, entries, 2);
      assertThat(run.datadog.dropped()).isZero();
      assertThat(report.exact()).isFalse();
      assertThat(report.refused()).isPositive().isEqualTo(run.wrong(truth)).isEqualTo(status.points().rejected());
      assertThat(report.asExpected()).isPositive().isEqualTo(run.datadog.points());
      assertThat(report.refusals())
          .allSatisfy(refusal -> assertThat(refusal.reason()).contains("older than the 60 min"));
    }
  }

  private static void play(DatadogRun run, MadeUpRun made, Random random) throws InterruptedException {
    Random faults = new Random(random.nextLong());
    run.datadog.faults(() -> {
      synchronized (faults) {
        return faults.nextInt(4) == 0 ? Fault.PASSING.get(faults.nextInt(Fault.PASSING.size())) : Fault.NONE;
      }
    });
    for (Push push : made.pushes(0.03)) {
      run.append(push.second(), "load-" + push.generator(), push.payload(made.period));
      if (random.nextInt(3) > 0) {
        run.advance();
      }
      if (random.nextInt(60) == 0) {
        run.kill();
      }
    }
    ExportStatus status = run.finish();
    assertThat(status.points().rejected() + status.points().pending()).isZero();
    assertThat(status.points().accepted()).isEqualTo(run.datadog.points());
  }
}
