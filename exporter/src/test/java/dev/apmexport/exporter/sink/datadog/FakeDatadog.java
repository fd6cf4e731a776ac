package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.LoopbackServer.Request;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * An intake that stores points as Datadog does: of two for the same series and second the later one stands, and a point
 * more than an hour old or ten minutes ahead is dropped while the request is accepted. What Datadog lets pass and a
 * sender must not do is noted as a violation. It takes series in both versions, tells whether keys are good, and is
 * told what metrics mean.
 */
public final class FakeDatadog implements AutoCloseable {
  public static final String KEY = "0123456789abcdef";
  public static final String APP_KEY = "fedcba9876543210";
  private static final Answer FORBIDDEN = Answer.of(403, "{\"errors\":[\"Forbidden\"]}");

  private final LoopbackServer server = new LoopbackServer();
  private final StoredSeries stored;
  private final SeriesRequest reader;
  private final ToldMetadata told;
  private volatile Supplier<Fault> faults = () -> Fault.NONE;
  private volatile Supplier<Fault> metadataFaults = () -> Fault.NONE;
  private int requests;

  /** What goes wrong with a request. */
  public enum Fault {
    NONE, BUSY, LIMITED, FAILED, LOST, STORED_AND_LOST, STORED_AND_FAILED, TIMED_OUT, REFUSED, FORBIDDEN, TOO_LARGE,
    SILENT, STORED_AND_SILENT;

    /** Those that come and go within moments, with nothing to be seen in the request. */
    public static final List<Fault> PASSING = List.of(NONE, BUSY, LIMITED, FAILED, LOST, STORED_AND_LOST,
        STORED_AND_FAILED, TIMED_OUT);

    private boolean reaches() {
      return this == NONE || this == STORED_AND_LOST || this == STORED_AND_FAILED || this == STORED_AND_SILENT;
    }

    private Answer instead(Answer of) {
      return switch (this) {
        case NONE -> of;
        case BUSY -> Answer.of(503, "busy");
        case LIMITED -> Answer.of(429, "{\"errors\":[\"slow down\"]}", "X-RateLimit-Limit: 100",
            "X-RateLimit-Period: 10", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 2");
        case FAILED, STORED_AND_FAILED -> Answer.of(500, "failed");
        case LOST, STORED_AND_LOST -> Answer.reset();
        case TIMED_OUT -> Answer.of(408, "{\"errors\":[\"Request timeout\"]}");
        case REFUSED -> Answer.of(400, "{\"errors\":[\"Payload is not in the expected format\"]}");
        case FORBIDDEN -> FakeDatadog.FORBIDDEN;
        case TOO_LARGE -> Answer.of(413, "{\"errors\":[\"Payload too large\"]}");
        case SILENT, STORED_AND_SILENT -> Answer.silence();
      };
    }
  }

  public FakeDatadog(InstantSource clock) {
    this.stored = new StoredSeries(clock);
    this.reader = new SeriesRequest(stored::violated);
    this.told = new ToldMetadata(stored);
    server.answer((request, to, out) -> {
      Fault fault = (ToldMetadata.isOne(request) ? metadataFaults : faults).get();
      Answer taken = fault.reaches() ? take(request) : Answer.of(202);
      fault.instead(taken).give(request, to, out);
    });
  }

  public URI uri() {
    return server.uri("");
  }

  /** Asked for every request but those of metadata. */
  public void faults(Supplier<Fault> next) {
    faults = next;
  }

  /** Asked for every request that tells what a metric means. */
  public void metadataFaults(Supplier<Fault> next) {
    metadataFaults = next;
  }

  /** A metric is not known for so many attempts to tell what it means, though there are points of it. */
  public synchronized void unknownFor(int attempts) {
    told.unknownFor(attempts);
  }

  private synchronized Answer take(Request request) throws IOException {
    if (request.line().contains(KEY) || request.line().contains(APP_KEY)) {
      stored.violated("a key in the address: " + request.line());
    }
    if (!KEY.equals(request.headers().get("DD-API-KEY"))) { return FORBIDDEN; }
    boolean both = APP_KEY.equals(request.headers().get("DD-APPLICATION-KEY"));
    return switch (request.line()) {
      case "GET /api/v1/validate HTTP/1.1" -> Answer.of(200, "{\"valid\":true}");
      case "GET /api/v2/validate_keys HTTP/1.1" -> both ? Answer.of(200, "{\"status\":\"ok\"}") : FORBIDDEN;
      case "POST /api/v1/series HTTP/1.1" -> series(ApiVersion.V1, request, "{\"status\":\"ok\"}");
      case "POST /api/v2/series HTTP/1.1" -> series(ApiVersion.V2, request, "{\"errors\":[]}");
      default -> ToldMetadata.isOne(request) ? metadata(request, both) : strange(request);
    };
  }

  private Answer metadata(Request request, boolean both) {
    return both ? told.take(request) : FORBIDDEN;
  }

  private Answer strange(Request request) {
    stored.violated("nothing of Datadog's: " + request.line());
    return Answer.of(404);
  }

  private Answer series(ApiVersion version, Request request, String accepted) throws IOException {
    requests++;
    SeriesRequest.Result result = reader.read(version, request);
    stored.take(version, result.series());
    return result.status() == 202 ? Answer.of(202, accepted)
        : Answer.of(result.status(), "{\"errors\":[\"Payload is not in the expected format\"]}");
  }

  /** What a query shows, by {@code name[tag, …]}, with {@code @host} where there is one, and second. */
  public synchronized Map<String, NavigableMap<Long, Double>> content() {
    return stored.content();
  }

  /** Every value that a point was given, in order. */
  public synchronized List<Double> history(String series, long second) {
    return stored.history(series, second);
  }

  /** The type of a metric: {@code 1 every 3} is a count of three seconds, {@code 3 every 0} a gauge. */
  public synchronized String type(String metric) {
    return stored.type(metric);
  }

  /** What was told of metrics, by their names. */
  public synchronized Map<String, JsonNode> metadata() {
    return told.content();
  }

  /** How often it was tried to tell what a metric means, as far as the request came through. */
  public synchronized int metadataAttempts(String metric) {
    return told.attempts(metric);
  }

  public synchronized long points() {
    return stored.points();
  }

  /** Requests with series that came through, whether or not they were taken. */
  public synchronized int requests() {
    return requests;
  }

  /** Points that were accepted and not stored. */
  public synchronized int dropped() {
    return stored.dropped();
  }

  /** What a sender has done that it must not. */
  public synchronized List<String> violations() {
    return stored.violations();
  }

  @Override
  public void close() {
    server.close();
  }
}
