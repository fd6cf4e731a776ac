package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.standalone.demo.Comparison;
import dev.apmexport.standalone.demo.DemoExport;
import dev.apmexport.standalone.demo.Expected;
import dev.apmexport.standalone.demo.LocalPrometheus;
import dev.apmexport.standalone.demo.PrometheusReader;
import dev.apmexport.standalone.demo.RecordedRun;
import dev.apmexport.standalone.demo.ReplayedRun;
import dev.apmexport.standalone.demo.ServiceClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import tools.jackson.databind.JsonNode;

/** One recorded run on its way through a service to a Prometheus, and what must be there when it is over. */
final class ExportedRun {
  private static final int RESAMPLE_SECONDS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final ReplayedRun run;
  private final LocalPrometheus prometheus;

  private ExportedRun(ReplayedRun run, LocalPrometheus prometheus) {
    this.run = run;
    this.prometheus = prometheus;
  }

  static ExportedRun create(ServiceClient client, LocalPrometheus prometheus) throws IOException, InterruptedException {
    JsonNode created = client.create("integration test",
        DemoExport.options(prometheus.remoteWriteUrl(), RESAMPLE_SECONDS));
    var run = new ReplayedRun(RecordedRun.load(RecordedRun.ONE_SECOND), client, created.path("id").asString(),
        RESAMPLE_SECONDS, Instant.now());
    return new ExportedRun(run, prometheus);
  }

  ReplayedRun run() {
    return run;
  }

  /** Waits for the second pass and compares everything: both readings of the destination, and the run's own account. */
  void assertExact() throws IOException, InterruptedException {
    JsonNode view = run.awaitEnd(PATIENCE);
    Comparison stored = stored();
    assertThat(stored.allEqual()).as("%s%n%s%n%s", stored.table(), stored.differences(), view).isTrue();
    Comparison graph = graph();
    assertThat(graph.allEqual()).as("%s%n%s", graph.table(), graph.differences()).isTrue();
    assertThat(graph.expected()).isEqualTo(stored.expected());
    assertAccount(view, stored.expected());
  }

  /** Waits for the report of a later second pass. */
  JsonNode awaitRevision(int revision, Duration patience) throws IOException, InterruptedException {
    run.await(view -> view.path("exports").path(0).path("reconciliation").path("revision").asInt() >= revision,
        patience);
    return run.awaitEnd(patience);
  }

  /** What came too late for its window is at least in the last value of every total, and accounted for. */
  void assertTotals(JsonNode view) throws IOException, InterruptedException {
    var held = new PrometheusReader(prometheus.url()).read(run.selector(), run.begin(), run.end());
    run.truth().forEach((series, points) -> {
      if (points.get(points.firstKey()) instanceof Expected.Exact(double first) && first == 0) {
        assertThat(held).as("%s in %s", series, view).containsKey(series);
        double last = held.get(series).get(held.get(series).lastKey());
        assertThat(points.get(points.lastKey()).matches(last)).as("%s: %s, %s", series, points, last).isTrue();
      }
    });
    JsonNode pass = view.path("exports").path(0).path("reconciliation");
    assertThat(pass.path("expected").asLong()).as(view.toString()).isPositive()
        .isEqualTo(sum(pass, "asExpected", "filled", "corrected", "refused", "pending"));
    assertThat(pass.path("exact").asBoolean()).as(view.toString()).isEqualTo(sum(pass, "refused", "pending") == 0);
  }

  private Comparison stored() throws IOException, InterruptedException {
    return Comparison.of(run.truth(),
        new PrometheusReader(prometheus.url()).read(run.selector(), run.begin(), run.end()));
  }

  /** With a lookback shorter than a step a graph shows what is stored at its own times, and every point is at one. */
  private Comparison graph() throws IOException, InterruptedException {
    Instant start = Instant.ofEpochSecond(run.begin().getEpochSecond() / RESAMPLE_SECONDS * RESAMPLE_SECONDS);
    return Comparison.of(run.truth(),
        new PrometheusReader(prometheus.url()).queryRange(run.selector(), start, run.end(), RESAMPLE_SECONDS));
  }

  private static void assertAccount(JsonNode view, int expected) {
    assertThat(view.path("state").asString()).isEqualTo("finished");
    assertThat(view.path("exports").size()).isEqualTo(1);
    JsonNode export = view.path("exports").path(0);
    assertThat(export.path("state").asString()).as(view.toString()).isEqualTo("done");
    assertThat(export.path("problems").isEmpty()).as(view.toString()).isTrue();
    assertThat(export.path("effectiveResampleRate").asInt()).isEqualTo(RESAMPLE_SECONDS);

    JsonNode windows = export.path("windows");
    assertThat(windows.path("sealed").asLong()).as(view.toString()).isPositive()
        .isEqualTo(windows.path("accepted").asLong() + windows.path("pending").asLong());
    JsonNode points = export.path("points");
    JsonNode pass = export.path("reconciliation");
    assertThat(pass.path("expected").asLong()).as(view.toString()).isEqualTo(expected).isEqualTo(
        sum(pass, "asExpected", "filled", "corrected", "refused", "pending"));
    assertThat(sum(points, "accepted", "rejected", "pending")).as(view.toString())
        .isEqualTo(expected - pass.path("filled").asLong());
    assertThat(pass.path("exact").asBoolean()).as(view.toString()).isTrue();
    assertThat(pass.path("reason").isNull()).as(view.toString()).isTrue();
    assertThat(sum(pass, "refused", "pending")).as(view.toString()).isZero();
  }

  private static long sum(JsonNode counts, String... names) {
    long sum = 0;
    for (String name : names) {
      assertThat(counts.path(name).isNumber()).as("%s in %s", name, counts).isTrue();
      sum += counts.path(name).asLong();
    }
    return sum;
  }
}
