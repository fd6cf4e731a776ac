package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.LoopbackServer.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An intake that stores points as Datadog does: of two for the same series and second the later one stands, and a point
 * more than an hour old or ten minutes ahead is dropped while the request is accepted. What Datadog lets pass and a
 * sender must not do is noted as a violation.
 */
public final class FakeDatadog implements AutoCloseable {
  public static final String KEY = "0123456789abcdef";
  private static final JsonNode SCHEMA = schema();

  private final LoopbackServer server = new LoopbackServer();
  private final InstantSource clock;
  private final Map<String, NavigableMap<Long, List<Double>>> history = new TreeMap<>();
  private final Map<String, String> types = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private volatile Supplier<Fault> faults = () -> Fault.NONE;
  private int requests;
  private int dropped;

  /** What goes wrong with a request. */
  public enum Fault {
    NONE, BUSY, LIMITED, FAILED, LOST, STORED_AND_LOST, STORED_AND_FAILED
  }

  public FakeDatadog(InstantSource clock) {
    this.clock = clock;
    server.answer((request, to, out) -> {
      Fault fault = faults.get();
      boolean reaches = fault == Fault.NONE || fault == Fault.STORED_AND_LOST || fault == Fault.STORED_AND_FAILED;
      Answer taken = reaches ? take(request) : Answer.of(202);
      Answer answer = switch (fault) {
        case NONE -> taken;
        case BUSY -> Answer.of(503, "busy");
        case LIMITED -> Answer.of(429, "{\"errors\":[\"slow down\"]}", "X-RateLimit-Reset: 2");
        case FAILED, STORED_AND_FAILED -> Answer.of(500, "failed");
        case LOST, STORED_AND_LOST -> Answer.reset();
      };
      answer.give(request, to, out);
    });
  }

  private static JsonNode schema() {
    try {
      return JsonMapper.shared()
          .readTree(Files.readString(Path.of("src/test/resources/datadog/v2-series.schema.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public URI uri() {
    return server.uri("");
  }

  /** Asked for every request. */
  public void faults(Supplier<Fault> next) {
    faults = next;
  }

  private synchronized Answer take(Request request) throws IOException {
    requests++;
    if (!KEY.equals(request.headers().get("DD-API-KEY"))) { return Answer.of(403, "{\"errors\":[\"Forbidden\"]}"); }
    if (!request.line().equals("POST /api/v2/series HTTP/1.1")
        || !"application/json".equals(request.headers().get("Content-Type"))
        || !"gzip".equals(request.headers().get("Content-Encoding"))) {
      violations.add("not as it should be sent: " + request.line() + " " + request.headers().keySet());
      return Answer.of(404);
    }
    byte[] raw = new GZIPInputStream(new ByteArrayInputStream(request.body())).readAllBytes();
    if (request.body().length > 512_000 || raw.length > 5_242_880) { return Answer.of(413, "too large"); }
    JsonNode body = JsonMapper.shared().readTree(raw);
    violations.addAll(JsonSchema.faults(SCHEMA, body));
    take(body.path("series"));
    return Answer.of(202, "{\"errors\":[]}");
  }

  private void take(JsonNode all) {
    Set<String> seen = new HashSet<>();
    int points = 0;
    for (JsonNode series : all) {
      String name = series.path("metric").asString();
      String type = series.path("type").asInt() + " every " + series.path("interval").asInt();
      if (!types.computeIfAbsent(name, _ -> type).equals(type)) {
        violations.add(name + " changes from " + types.get(name) + " to " + type);
      }
      String identity = name + series.path("tags").valueStream().map(JsonNode::asString).sorted().toList();
      for (JsonNode point : series.path("points")) {
        points++;
        long second = point.path("timestamp").asLong();
        if (!seen.add(identity + " " + second)) {
          violations.add("twice in one request: " + identity + " " + second);
        }
        store(identity, second, point.path("value").asDouble());
      }
    }
    if (points > 10_000) {
      violations.add(points + " points in a request");
    }
  }

  private void store(String identity, long second, double value) {
    long now = clock.instant().getEpochSecond();
    if (second < now - 3_600 || second > now + 600) {
      dropped++;
    } else {
      history.computeIfAbsent(identity, _ -> new TreeMap<>()).computeIfAbsent(second, _ -> new ArrayList<>())
          .add(value);
    }
  }

  /** What a query shows, by {@code name[tag, …]} and second. */
  public synchronized Map<String, NavigableMap<Long, Double>> content() {
    Map<String, NavigableMap<Long, Double>> content = new TreeMap<>();
    history.forEach((series, points) -> {
      NavigableMap<Long, Double> latest = new TreeMap<>();
      points.forEach((second, values) -> latest.put(second, values.getLast()));
      content.put(series, latest);
    });
    return content;
  }

  /** Every value that a point was given, in order. */
  public synchronized List<Double> history(String series, long second) {
    return List.copyOf(history.get(series).get(second));
  }

  /** The type of a metric: {@code 1 every 3} is a count of three seconds, {@code 3 every 0} a gauge. */
  public synchronized String type(String metric) {
    return types.getOrDefault(metric, "none");
  }

  public synchronized long points() {
    return history.values().stream().mapToLong(Map::size).sum();
  }

  public synchronized int requests() {
    return requests;
  }

  /** Points that were accepted and not stored. */
  public synchronized int dropped() {
    return dropped;
  }

  /** What a sender has done that it must not. */
  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  @Override
  public void close() {
    server.close();
  }
}
