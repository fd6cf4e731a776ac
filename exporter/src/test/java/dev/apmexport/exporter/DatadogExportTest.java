package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.MadeUpRun.Push;
import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.sink.datadog.FakeDatadog.Fault;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whole runs to an intake with Datadog's rules: what it holds in the end is what the samples themselves say. */
@Timeout(300)
class DatadogExportTest {
  private static final int RUNS = Integer.getInteger("apm.test.runs", 3);
  private static final Path CAPTURE = Path.of("src/test/resources/capture");
  private static final long END = Instant.parse("2026-11-20T20:56:30Z").toEpochMilli();
  private static final int PERIOD = 3;
  private static final List<MetricEntry> RECORDED = List.of(entry("vus", null), entry("iterations", null),
      entry("data_sent", null), entry("data_received", null), entry("http_reqs", null),
      entry("http_req_duration", null), entry("http_reqs{status=~\"5..\"}", "shop.errors", "status"),
      entry("http_req_failed", null), entry("checks", null, "check"), entry("http_req_waiting", null, "name"));
  private static final List<MetricEntry> MADE_UP = List.of(entry("http_reqs", null), entry("data_sent", null),
      entry("checks", null), entry("http_req_duration", null), entry("http_reqs{status=~\"5..\"}", "errors", "url"));

  @Test
  void a_recorded_run_of_k6_arrives_as_it_was_measured() throws IOException, InterruptedException {
    List<LogRecord> pushes = pushes();
    try (DatadogRun run = new DatadogRun(pushes.getFirst().firstBucket(), PERIOD, 3, RECORDED)) {
      for (LogRecord push : pushes) {
        run.append(push.lastBucket() + PERIOD + 8, "", push.payload());
        run.advance();
      }
      run.finish();
      List<Sample> samples = samples();
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
  void a_push_that_comes_late_is_set_right_by_the_second_pass() throws IOException, InterruptedException {
    List<LogRecord> pushes = pushes();
    LogRecord late = pushes.remove(3);
    try (DatadogRun run = new DatadogRun(pushes.getFirst().firstBucket(), PERIOD, 3, RECORDED)) {
      for (LogRecord push : pushes) {
        run.append(push.lastBucket() + PERIOD + 8, "", push.payload());
        run.advance();
      }
      run.append(0, "", late.payload());
      run.finish();
      List<Sample> samples = samples();
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
        return faults.nextInt(4) == 0 ? Fault.values()[faults.nextInt(Fault.values().length)] : Fault.NONE;
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

  private static List<LogRecord> pushes() throws IOException {
    InMemoryRunFeed feed = new InMemoryRunFeed();
    try (Stream<Path> files = Files.list(CAPTURE)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".bin")).sorted().toList()) {
        feed.append(LogRecord.Kind.METRIC_SET, "", END, Files.readAllBytes(file));
      }
    }
    return new ArrayList<>(feed.read(0, Integer.MAX_VALUE));
  }

  /** What k6's own JSON output holds of the recorded run, each sample in its bucket. */
  private static List<Sample> samples() throws IOException {
    Map<String, MetricType> types = new HashMap<>();
    List<Sample> samples = new ArrayList<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(CAPTURE.resolve("samples.json.gz")))) {
      for (String line : new String(in.readAllBytes()).lines().toList()) {
        JsonNode sample = JsonMapper.shared().readTree(line);
        String metric = sample.path("metric").asString();
        JsonNode data = sample.path("data");
        if (sample.path("type").asString().equals("Metric")) {
          types.put(metric, MetricType.named(data.path("type").asString()));
        } else {
          Map<String, String> tags = new TreeMap<>();
          data.path("tags").properties().forEach(tag -> tags.put(tag.getKey(), tag.getValue().asString()));
          long second = Instant.parse(data.path("time").asString()).getEpochSecond();
          samples.add(new Sample(0, types.get(metric), metric, Labels.of(tags), Math.floorDiv(second, PERIOD) * PERIOD,
              data.path("value").asDouble()));
        }
      }
    }
    return samples;
  }
}
