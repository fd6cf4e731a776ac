package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what a Prometheus holds, through its HTTP API. Stale markers are no values and do not appear. */
public final class PrometheusReader {
  private static final Duration AT_A_TIME = Duration.ofMinutes(15);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final HttpClient http = HttpClient.newHttpClient();
  private final String base;
  private final Map<String, String> headers;

  public PrometheusReader(URI base) {
    this(base, Map.of());
  }

  /**
   * @param base what stands before {@code /api/v1}
   * @param headers sent with every request, for instance {@code Authorization}
   */
  public PrometheusReader(URI base, Map<String, String> headers) {
    this.base = base.toString().replaceAll("/+$", "");
    this.headers = Map.copyOf(headers);
  }

  /**
   * The samples as they are stored, both ends of the time included, by their time in milliseconds since the epoch.
   *
   * @param selector such as {@code {test_run_id="7"}}
   */
  public SortedMap<OutputSeries, SortedMap<Long, Double>> read(String selector, Instant from, Instant to)
      throws IOException, InterruptedException {
    var samples = new TreeMap<OutputSeries, SortedMap<Long, Double>>();
    for (Instant start = from; !start.isAfter(to); start = start.plus(AT_A_TIME)) {
      Instant end = start.plus(AT_A_TIME).isBefore(to) ? start.plus(AT_A_TIME) : to;
      // One millisecond more, since whether a range holds its own start depends on the version of Prometheus.
      long millis = Duration.between(start, end).toMillis() + 1;
      collect(ask("query", Map.of("query", selector + "[" + millis + "ms]", "time", seconds(end))), samples);
    }
    samples.values().forEach(series -> series.keySet().removeIf(at -> at < from.toEpochMilli()));
    samples.values().removeIf(Map::isEmpty);
    return samples;
  }

  /** What a graph shows: the expression's value at the start and every step from there, up to the end. */
  public SortedMap<OutputSeries, SortedMap<Long, Double>> queryRange(String expression, Instant start, Instant end,
      int stepSeconds) throws IOException, InterruptedException {
    var samples = new TreeMap<OutputSeries, SortedMap<Long, Double>>();
    collect(ask("query_range", Map.of("query", expression, "start", seconds(start), "end", seconds(end), "step",
        Integer.toString(stepSeconds))), samples);
    return samples;
  }

  private static String seconds(Instant time) {
    return BigDecimal.valueOf(time.toEpochMilli(), 3).toPlainString();
  }

  private JsonNode ask(String what, Map<String, String> form) throws IOException, InterruptedException {
    String body = form.entrySet().stream().map(field -> field.getKey() + "="
        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8)).collect(Collectors.joining("&"));
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/api/v1/" + what)).timeout(TIMEOUT)
        .header("Content-Type", "application/x-www-form-urlencoded").POST(BodyPublishers.ofString(body));
    headers.forEach(request::header);
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("%s answered %d: %s".formatted(response.uri(), response.statusCode(), response.body()));
    }
    return JsonMapper.shared().readTree(response.body()).path("data").path("result");
  }

  private static void collect(JsonNode result, Map<OutputSeries, SortedMap<Long, Double>> into) {
    for (JsonNode one : result) {
      var labels = new TreeMap<String, String>();
      one.path("metric").forEachEntry((name, value) -> labels.put(name, value.asString()));
      String name = labels.remove("__name__");
      var series = new OutputSeries(name == null ? "" : name, labels);
      SortedMap<Long, Double> samples = into.computeIfAbsent(series, _ -> new TreeMap<>());
      one.path("values").forEach(pair -> samples.put(millis(pair.path(0)), number(pair.path(1).asString())));
    }
  }

  private static long millis(JsonNode seconds) {
    return Math.round(seconds.doubleValue() * 1000);
  }

  private static double number(String value) {
    return switch (value) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(value);
    };
  }
}
