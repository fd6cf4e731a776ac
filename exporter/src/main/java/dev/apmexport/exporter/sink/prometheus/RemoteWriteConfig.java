package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.Shape;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.SinkConfig;
import java.net.URI;

/** A receiver of Prometheus remote write 1.0. */
public record RemoteWriteConfig(URI url, Credentials credentials, Amendment amendment) implements SinkConfig {
  /** Points per request: some 500 kB unpacked, far below the 3–4 MB that every receiver takes. */
  private static final int MAX_BATCH = 5_000;

  @Override
  public Shape shape() {
    return new PrometheusShape();
  }

  @Override
  public Sink open(HttpTransport http) {
    return new RemoteWriteSink(this, http);
  }

  /** Query and user info may hold keys, so they are left out. */
  @Override
  public String destination() {
    return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()) + url.getPath();
  }

  @Override
  public String name(String metric) {
    return PrometheusNames.metric(metric);
  }

  @Override
  public boolean isName(String target) {
    return PrometheusNames.isMetric(target);
  }

  @Override
  public Labels labels(Labels labels) {
    return PrometheusNames.labels(labels);
  }

  @Override
  public int maxBatch() {
    return MAX_BATCH;
  }

  @Override
  public String toString() {
    return "RemoteWriteConfig[" + destination() + ", " + credentials + ", " + amendment + "]";
  }
}
