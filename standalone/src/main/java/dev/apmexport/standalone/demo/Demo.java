package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import tools.jackson.databind.JsonNode;

/**
 * The main job on real input: a recorded k6 run goes through a running service to a Prometheus, and every point that
 * arrives there is compared with the value computed from k6's own samples of that run. The exit code is 0 only if all
 * are equal.
 */
public final class Demo {
  private static final int RESAMPLE_RATE = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final URI service;
  private final String token;
  private final double speed;
  private final DemoDestination destination;

  private Demo(URI service, String token, double speed, DemoDestination destination) {
    this.service = service;
    this.token = token;
    this.speed = speed;
    this.destination = destination;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var settings = new SimpleCommandLinePropertySource(arguments);
    URI service = URI.create(or(settings.getProperty("service"), "http://localhost:8080"));
    Path folder = Path.of(or(settings.getProperty("folder"), "data/demo"));
    Files.createDirectories(folder);
    Optional<URI> prometheus = Optional.ofNullable(settings.getProperty("prometheus")).map(URI::create);
    DemoDestination destination = DemoDestination.choose(prometheus, folder);
    Demo demo = new Demo(service, or(settings.getProperty("token"), ""),
        Double.parseDouble(or(settings.getProperty("speed"), "10")), destination);
    System.exit(demo.run() ? 0 : 1);
  }

  private static String or(@Nullable String given, String otherwise) {
    return given == null || given.isBlank() ? otherwise : given;
  }

  private boolean run() throws IOException, InterruptedException {
    RecordedRun recording = RecordedRun.load(RecordedRun.ONE_SECOND);
    System.out.println("Exporting to " + destination.description() + ".");
    try (ServiceClient client = new ServiceClient(service, token)) {
      JsonNode created = client.create("Demo: recorded shop checkout",
          DemoExport.options(destination.remoteWriteUrl(), RESAMPLE_RATE));
      String id = created.path("id").asString();
      System.out.println("Test run " + id + ": a real k6 " + recording.k6Version() + " run of "
          + (recording.lastBucketEndSeconds() - recording.firstBucketSeconds()) + " s, played " + speed
          + " times as fast.");
      ReplayedRun run = new ReplayedRun(recording, client, id, RESAMPLE_RATE, Instant.now());
      ProgressBar bar = new ProgressBar("Pushing");
      run.play(speed, bar::show);
      bar.end();
      System.out.println("Waiting for the second pass …");
      report(run.awaitEnd(PATIENCE));
      Comparison comparison = Comparison.of(run.truth(), destination.read(run.selector(), run.begin(), run.end()));
      System.out.println(comparison.table());
      comparison.differences().forEach(System.out::println);
      tellWhatToOpen(id);
      return comparison.allEqual();
    }
  }

  private static void report(JsonNode run) {
    JsonNode export = run.path("exports").path(0);
    JsonNode pass = export.path("reconciliation");
    System.out.println("Second pass: " + pass.path("expected").asLong() + " points expected, "
        + pass.path("asExpected").asLong() + " as expected, " + pass.path("filled").asLong() + " filled, "
        + pass.path("corrected").asLong() + " corrected, " + pass.path("refused").asLong() + " refused, "
        + pass.path("pending").asLong() + " pending; exact: " + pass.path("exact").asBoolean() + ".");
    if (!export.path("lastError").isNull()) {
      System.out.println("The destination's last error: " + export.path("lastError").asString());
    }
  }

  private void tellWhatToOpen(String id) {
    System.out.println("The service is left running; ./run stop ends it and the demo's Prometheus.");
    System.out.println("  curl -H 'Authorization: Bearer " + token + "' " + service.resolve("/api/v1/test-runs/" + id));
    destination.page().ifPresent(page -> System.out.println("  " + page + "?g0.tab=0&g0.range_input=5m&g0.expr="
        + "k6_http_req_duration_p95%7Btest_run_id%3D%22" + id + "%22%7D"));
  }
}
