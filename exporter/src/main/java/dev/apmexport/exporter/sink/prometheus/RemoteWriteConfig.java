package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.ReadBack;
import dev.apmexport.exporter.sink.Shape;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.Tls;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A receiver of Prometheus remote write 1.0.
 *
 * @param rateCounters whether a rate's ratio is joined by counters of its samples, which add up over series and time
 * @param staleMarkers whether the run's end is marked in every series
 * @param isStrict whether a refused request is left out as a whole; else what is bad in it is looked for
 * @param query where it is asked what it holds, if it is
 */
public record RemoteWriteConfig(URI url, Credentials credentials, Headers headers, Tls tls, Statistics statistics,
    boolean rateCounters, boolean staleMarkers, Amendment amendment, boolean isStrict,
    @Nullable ReadBackConfig query) implements SinkConfig {
  static final Statistics STATISTICS = Statistics.ofWindows("min", "max", "avg", "med", "p(90)", "p(95)", "p(99)",
      "count", "sum");
  /** Points per request: some 500 kB unpacked, far below the 3–4 MB that every receiver takes. */
  private static final int MAX_BATCH = 5_000;

  /** With the default of every option. */
  public RemoteWriteConfig(URI url, Credentials credentials, Amendment amendment) {
    this(url, credentials, Headers.NONE, Tls.STANDARD, STATISTICS, false, false, amendment, false, null);
  }

  @Override
  public Shape shape() {
    return new PrometheusShape(statistics, rateCounters);
  }

  @Override
  public Sink open(HttpTransport http) {
    return new RemoteWriteSink(this, http);
  }

  @Override
  public @Nullable ReadBack readBack(HttpTransport http) {
    return query == null ? null : query.open(http);
  }

  /** Query and user info may hold keys, so they are left out. */
  @Override
  public String destination() {
    return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort()) + url.getRawPath();
  }

  @Override
  public boolean sharesDestinationWith(SinkConfig other) {
    return other instanceof RemoteWriteConfig that && url.equals(that.url) && credentials.equals(that.credentials)
        && headers.equals(that.headers);
  }

  @Override
  public String name(String metric) {
    return PrometheusNames.metric(metric);
  }

  @Override
  public boolean isName(String name) {
    return PrometheusNames.isMetric(name);
  }

  @Override
  public Labels labels(Labels labels) {
    return PrometheusNames.labels(labels);
  }

  @Override
  public List<String> seriesNames(MetricType type, String name) {
    return PrometheusNames.series(type, name, statistics, rateCounters);
  }

  @Override
  public boolean marksEnd() {
    return staleMarkers;
  }

  /** Mimir and older VictoriaMetrics take 30 with the name; the latter leave out the rest and answer 204. */
  @Override
  public int mostLabels() {
    return 29;
  }

  @Override
  public int maxBatch() {
    return MAX_BATCH;
  }

  /** A text of the remote end without our secrets, since some repeat the request they complain of. */
  String masked(String text) {
    String masked = headers.masked(credentials.masked(text));
    return url.getRawQuery() == null ? masked : masked.replace(url.getRawQuery(), Secret.MASK);
  }

  @Override
  public void describe(ObjectNode block) {
    block.put("remoteWriteURL", destination() + (url.getRawQuery() == null ? "" : "?" + Secret.MASK));
    credentials.describe(block, "credentials");
    headers.describe(block);
    tls.describe(block);
    statistics.describe(block);
    block.put("rateCounters", rateCounters).put("staleMarkers", staleMarkers);
    if (isStrict) {
      block.put("strict", true);
    }
    if (amendment instanceof Amendment.OutOfOrder taking) {
      block.put("outOfOrder", taking.window().toSeconds() + "s");
    }
    if (query != null) {
      query.describe(block);
    }
  }

  @Override
  public String toString() {
    return "RemoteWriteConfig[" + destination() + ", " + credentials + ", " + amendment + "]";
  }
}
