package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.HttpVerdict;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.WriteResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Sends remote write 1.0. What a status means is decided by the status alone, as the specification demands (§Labels:
 * the error message is not to be interpreted); its text is kept for people.
 */
final class RemoteWriteSink implements Sink {
  private static final String VERSION = "The receiver does not take remote write 1.0, the version that is spoken here; "
      + "have it accept version 1.0. ";

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
      HttpTransport.Answer answer = http.post(config.url(), headers, encoder.bytes(), length);
      WriteResult result = HttpVerdict.of(answer, answer.retryAfter(), config::masked);
      return result instanceof WriteResult.WrongFormat wrong ? new WriteResult.WrongFormat(VERSION + wrong.reason())
          : result;
    } catch (IOException e) {
      return HttpVerdict.noAnswer(config.destination(), e);
    }
  }

  /** An empty request, which every receiver answers like a full one. */
  @Override
  public WriteResult probe() {
    return write(Batch.EMPTY);
  }

  @Override
  public void close() {
    http.close();
  }
}
