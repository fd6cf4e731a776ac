package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.HttpVerdict;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.WriteResult;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Sends to Datadog's intake of series. */
final class DatadogSink implements Sink {
  private final DatadogConfig config;
  private final HttpTransport http;
  private final URI series;
  private final Map<String, String> asking = new LinkedHashMap<>();
  private final Map<String, String> askingWithBoth = new LinkedHashMap<>();
  private final Map<String, String> writing;
  private final SeriesEncoder encoder;
  private final @Nullable DatadogMetadata metadata;

  /**
   * @param clock by which metadata is tried again
   * @param aside does what no point waits for
   */
  DatadogSink(DatadogConfig config, HttpTransport http, InstantSource clock, Aside aside) {
    this.config = config;
    this.http = http.trusting(config.tls());
    this.encoder = new SeriesEncoder(config.version());
    this.series = URI.create(config.api() + config.version().path());
    config.headers().values().forEach((name, value) -> asking.put(name, value.reveal()));
    asking.put("DD-API-KEY", config.apiKey().reveal());
    asking.put("User-Agent", "k6-apm-export/0.1");
    this.writing = new LinkedHashMap<>(asking);
    writing.put("Content-Type", "application/json");
    writing.put("Content-Encoding", "gzip");
    askingWithBoth.putAll(asking);
    Secret appKey = config.appKey();
    if (appKey == null) {
      this.metadata = null;
    } else {
      askingWithBoth.put("DD-APPLICATION-KEY", appKey.reveal());
      this.metadata = new DatadogMetadata(config, http, askingWithBoth, clock, aside);
    }
  }

  @Override
  public WriteResult write(Batch batch) {
    if (!Arrays.stream(batch.values()).allMatch(Double::isFinite)) {
      return new WriteResult.Invalid("A value is not a finite number, which JSON cannot hold.", false);
    }
    int length = encoder.encode(batch);
    ApiVersion limits = config.version();
    if (batch.size() > ApiVersion.MOST_POINTS || length > limits.mostPacked()
        || encoder.rawLength() > limits.mostRaw()) {
      return new WriteResult.TooLarge("The request would have " + batch.size() + " points in " + length + " bytes, "
          + encoder.rawLength() + " unpacked; Datadog takes " + ApiVersion.MOST_POINTS + ", " + limits.mostPacked()
          + " and " + limits.mostRaw() + ".", false);
    }
    try {
      WriteResult result = taken(http.post(series, writing, encoder.bytes(), length));
      if (metadata != null && result instanceof WriteResult.Accepted) {
        metadata.accepted(batch);
      }
      return result;
    } catch (IOException e) {
      return HttpVerdict.noAnswer(config.destination(), e);
    }
  }

  /** Errors may come with a 2xx too: points may be missing then, and those that are there can be sent again. */
  private WriteResult taken(HttpTransport.Answer answer) {
    return answer.status() / 100 == 2 && hasErrors(answer.body())
        ? new WriteResult.Invalid(HttpVerdict.reason(answer, config::masked))
        : verdict(answer);
  }

  private static boolean hasErrors(String body) {
    try {
      return !JsonMapper.shared().readTree(body).path("errors").isEmpty();
    } catch (JacksonException notJson) {
      return false;
    }
  }

  /** Where Datadog limits a rate, it says in X-RateLimit-Reset how many seconds to wait. */
  private WriteResult verdict(HttpTransport.Answer answer) {
    String wait = answer.retryAfter() == null ? answer.rateLimitReset() : answer.retryAfter();
    return HttpVerdict.of(answer, wait, config::masked);
  }

  /** Whether the API key, which is all that points need, is one of this region's. */
  @Override
  public WriteResult probe() {
    return ask("/api/v1/validate", asking);
  }

  /** The API key, and then the application key, where there is one. */
  @Override
  public WriteResult examine() {
    WriteResult points = probe();
    if (config.appKey() == null || !(points instanceof WriteResult.Accepted)) { return points; }
    return ask("/api/v2/validate_keys", askingWithBoth) instanceof WriteResult.NotAuthorized(String reason)
        ? new WriteResult.NotAuthorized("apiKey is good, so points are taken; appKey is not, so types and units are "
            + "not told. " + reason)
        : points;
  }

  private WriteResult ask(String path, Map<String, String> headers) {
    try {
      return verdict(http.get(URI.create(config.api() + path), headers));
    } catch (IOException e) {
      return HttpVerdict.noAnswer(config.destination(), e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
