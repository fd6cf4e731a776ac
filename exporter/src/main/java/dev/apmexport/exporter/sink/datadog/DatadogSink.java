package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.HttpVerdict;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.WriteResult;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Sends to Datadog's intake of series, version 2. */
final class DatadogSink implements Sink {
  private static final int MOST_PACKED = 512_000;
  private static final int MOST_RAW = 5_242_880;

  private final DatadogConfig config;
  private final HttpTransport http;
  private final URI series;
  private final Map<String, String> asking = new LinkedHashMap<>();
  private final Map<String, String> writing;
  private final SeriesEncoder encoder = new SeriesEncoder();

  DatadogSink(DatadogConfig config, HttpTransport http) {
    this.config = config;
    this.http = http.trusting(config.tls());
    this.series = URI.create(config.api() + "/api/v2/series");
    config.headers().values().forEach((name, value) -> asking.put(name, value.reveal()));
    asking.put("DD-API-KEY", config.apiKey().reveal());
    asking.put("User-Agent", "k6-apm-export/0.1");
    this.writing = new LinkedHashMap<>(asking);
    writing.put("Content-Type", "application/json");
    writing.put("Content-Encoding", "gzip");
    Secret appKey = config.appKey();
    if (appKey != null) {
      asking.put("DD-APPLICATION-KEY", appKey.reveal());
    }
  }

  @Override
  public WriteResult write(Batch batch) {
    if (!Arrays.stream(batch.values()).allMatch(Double::isFinite)) {
      return new WriteResult.Invalid("A value is not a finite number, which JSON cannot hold.");
    }
    int length = encoder.encode(batch);
    if (length > MOST_PACKED || encoder.rawLength() > MOST_RAW) {
      return new WriteResult.TooLarge("The request would have " + length + " bytes, " + encoder.rawLength()
          + " unpacked; Datadog takes " + MOST_PACKED + " and " + MOST_RAW + ".");
    }
    try {
      return taken(http.post(series, writing, encoder.bytes(), length));
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

  /** Whether the key is one of this region's; with an application key, whether both are. */
  @Override
  public WriteResult probe() {
    String path = config.appKey() == null ? "/api/v1/validate" : "/api/v2/validate_keys";
    try {
      return verdict(http.get(URI.create(config.api() + path), asking));
    } catch (IOException e) {
      return HttpVerdict.noAnswer(config.destination(), e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
