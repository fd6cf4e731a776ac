package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.RetryAfter;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sends remote write 1.0. What a status means is decided by the status alone, as the specification demands (§Labels:
 * the error message is not to be interpreted); its text is kept for people.
 */
final class RemoteWriteSink implements Sink {
  private static final int MAX_REASON = 500;

  private final RemoteWriteConfig config;
  private final HttpTransport http;
  private final Map<String, String> headers;
  private final WriteRequestEncoder encoder = new WriteRequestEncoder();

  RemoteWriteSink(RemoteWriteConfig config, HttpTransport http) {
    this.config = config;
    this.http = http.trusting(config.tls());
    this.headers = new LinkedHashMap<>();
    config.headers().values().forEach((name, value) -> headers.put(name, value.reveal()));
    config.credentials().authorization().ifPresent(value -> headers.put("Authorization", value));
    headers.put("Content-Type", "application/x-protobuf");
    headers.put("Content-Encoding", "snappy");
    headers.put("User-Agent", "k6-apm-export/0.1");
    headers.put("X-Prometheus-Remote-Write-Version", "0.1.0");
  }

  @Override
  public WriteResult write(Batch batch) {
    int length = encoder.encode(batch);
    try {
      return result(http.post(config.url(), headers, encoder.bytes(), length));
    } catch (IOException e) {
      return new WriteResult.RetryLater(Cause.NO_ANSWER, noAnswer(e), Duration.ZERO);
    }
  }

  /** An empty request, which every receiver answers like a full one. */
  @Override
  public WriteResult probe() {
    return write(Batch.EMPTY);
  }

  private WriteResult result(HttpTransport.Answer answer) {
    int status = answer.status();
    String reason = "HTTP " + status + ": " + shortened(config.masked(answer.body()));
    if (status / 100 == 2) { return new WriteResult.Accepted(); }
    return switch (status) {
      case 400, 409, 422 -> new WriteResult.Invalid(reason);
      case 413 -> new WriteResult.TooLarge(reason);
      case 415 -> new WriteResult.WrongFormat(reason);
      case 408, 425, 429, 503 -> new WriteResult.RetryLater(Cause.BUSY, reason, wait(answer));
      default -> status >= 500
          ? new WriteResult.RetryLater(Cause.FAILED, reason, wait(answer))
          : new WriteResult.NotAuthorized(reason);
    };
  }

  private static Duration wait(HttpTransport.Answer answer) {
    return RetryAfter.parse(answer.retryAfter(), InstantSource.system());
  }

  private String noAnswer(IOException e) {
    String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return "No answer from " + config.destination() + ": " + shortened(what);
  }

  private static String shortened(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "…";
  }

  @Override
  public void close() {
    http.close();
  }
}
