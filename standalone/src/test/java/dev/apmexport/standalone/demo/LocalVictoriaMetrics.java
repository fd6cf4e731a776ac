package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A VictoriaMetrics of one's own on the loopback address. */
public final class LocalVictoriaMetrics implements AutoCloseable {
  /** Without it a point that is sent twice is stored twice. */
  public static final String ONE_VALUE = "-dedup.minScrapeInterval=1ms";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final LocalProgram program;
  private final URI url;

  private LocalVictoriaMetrics(LocalProgram program, URI url) {
    this.program = program;
    this.url = url;
  }

  /** The program, if it is on the {@code PATH}. */
  public static Optional<Path> find() {
    return LocalProgram.find("victoria-metrics");
  }

  /**
   * Starts one that keeps the last of several values of one time, and returns when it is ready.
   *
   * @param folder for its data and its log
   */
  public static LocalVictoriaMetrics start(Path program, Path folder) throws IOException, InterruptedException {
    return start(program, folder, ONE_VALUE);
  }

  /** Starts it with these settings alone, and returns when it is ready. */
  public static LocalVictoriaMetrics start(Path program, Path folder, String... settings)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    String address = LocalProgram.freeAddress();
    URI url = URI.create("http://" + address);
    List<String> command = new ArrayList<>(List.of(program.toString(), "-storageDataPath=" + folder.resolve("data"),
        "-httpListenAddr=" + address, "-memory.allowedPercent=5"));
    command.addAll(List.of(settings));
    return new LocalVictoriaMetrics(LocalProgram.start("victoria-metrics", command,
        folder.resolve("victoria-metrics.log"), url.resolve("/health")), url);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(url.resolve(path)).timeout(PATIENCE).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, BodyHandlers.ofString());
    }
  }

  public URI url() {
    return url;
  }

  public URI remoteWriteUrl() {
    return url.resolve("/api/v1/write");
  }

  /** Its intake of series in Datadog's language. */
  public URI datadogUrl() {
    return url.resolve("/datadog/api/v1/series");
  }

  /** Every sample as it is stored, by its time in milliseconds since the epoch, of all that was written before. */
  public SortedMap<OutputSeries, SortedMap<Long, Double>> read(String selector, Instant from, Instant to)
      throws IOException, InterruptedException {
    get("/internal/force_flush");
    HttpResponse<String> answer = get("/api/v1/export?match%5B%5D="
        + URLEncoder.encode(selector, StandardCharsets.UTF_8) + "&start=" + from.getEpochSecond() + "&end="
        + to.getEpochSecond());
    if (answer.statusCode() != 200) {
      throw new IOException("%s answered %d: %s".formatted(answer.uri(), answer.statusCode(), answer.body()));
    }
    var held = new TreeMap<OutputSeries, SortedMap<Long, Double>>();
    answer.body().lines().map(JsonMapper.shared()::readTree).forEach(line -> collect(line, held));
    return held;
  }

  private static void collect(JsonNode line, SortedMap<OutputSeries, SortedMap<Long, Double>> into) {
    var labels = new TreeMap<String, String>();
    line.path("metric").forEachEntry((name, value) -> labels.put(name, value.asString()));
    String name = labels.remove("__name__");
    SortedMap<Long, Double> samples = into.computeIfAbsent(new OutputSeries(name == null ? "" : name, labels),
        _ -> new TreeMap<>());
    for (int i = 0; i < line.path("timestamps").size(); i++) {
      if (line.at("/values/" + i).isNull()) {
        continue; // a stale marker
      }
      double value = line.at("/values/" + i).doubleValue();
      Double before = samples.put(line.at("/timestamps/" + i).longValue(), value);
      if (before != null && before != value) { throw new IllegalStateException("Two values at one time: " + line); }
    }
  }

  /** Ends the process that was started, and waits for its end. */
  @Override
  public void close() {
    program.close();
  }
}
