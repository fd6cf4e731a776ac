package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.Shape;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.Tls;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A Datadog account, or what takes metrics as Datadog does.
 *
 * @param api the address of the API, without a slash at its end
 * @param version of the intake that points are sent to
 * @param apiKey lets points be written
 * @param appKey lets types and units be told; no point needs it
 */
public record DatadogConfig(URI api, ApiVersion version, Secret apiKey, @Nullable Secret appKey, Headers headers,
    Tls tls,
    Statistics statistics) implements SinkConfig {
  static final Statistics STATISTICS = Statistics.ofWindows("avg", "max", "min", "med", "p(95)", "p(99)", "count");
  /** Older points are dropped by the intake, which says that it took them. */
  private static final Duration TAKEN_FOR = Duration.ofHours(1);
  /** Points per request: some 1 MB, of which gzip leaves a tenth; Datadog takes 10,000 in 5 MB. */
  private static final int MAX_BATCH = 5_000;

  /** With the default of every option. */
  public DatadogConfig(URI api, Secret apiKey) {
    this(api, ApiVersion.V2, apiKey, null, Headers.NONE, Tls.STANDARD, STATISTICS);
  }

  @Override
  public Shape shape() {
    return new DatadogShape(statistics);
  }

  @Override
  public Sink open(HttpTransport http) {
    return new DatadogSink(this, http, http.clock(), Aside.THREADS);
  }

  @Override
  public String destination() {
    return api.toString();
  }

  @Override
  public boolean sharesDestinationWith(SinkConfig other) {
    return other instanceof DatadogConfig that && api.equals(that.api) && apiKey.equals(that.apiKey);
  }

  @Override
  public String name(String metric) {
    return DatadogNames.metric(metric);
  }

  @Override
  public String name(String metricName, String statistic) {
    return DatadogNames.metric(metricName, statistic);
  }

  @Override
  public boolean isName(String name) {
    return DatadogNames.isMetric(name);
  }

  @Override
  public Labels labels(Labels labels) {
    return DatadogNames.labels(labels);
  }

  @Override
  public List<String> seriesNames(MetricType type, String name) {
    return DatadogNames.parts(type, name, statistics).stream().map(DatadogNames.Part::name).toList();
  }

  /** Type and interval are a name's, not a series': what was written before becomes nonsense where they change. */
  @Override
  public Map<String, Kind> kinds(MetricType type, String name, int seconds) {
    Map<String, Kind> kinds = new LinkedHashMap<>();
    DatadogNames.parts(type, name, statistics).forEach(
        part -> kinds.put(part.name(), part.isCount() ? new Kind("count", seconds) : new Kind("gauge", 0)));
    return kinds;
  }

  @Override
  public Amendment amendment() {
    return new Amendment.Overwrites(TAKEN_FOR);
  }

  @Override
  public boolean marksEnd() {
    return false;
  }

  /** Per series, by an organization's default. */
  @Override
  public int mostLabels() {
    return 100;
  }

  @Override
  public int maxBatch() {
    return MAX_BATCH;
  }

  /** A text of the remote end without our secrets, since some repeat the request they complain of. */
  String masked(String text) {
    String masked = headers.masked(text).replace(apiKey.reveal(), Secret.MASK);
    return appKey == null ? masked : masked.replace(appKey.reveal(), Secret.MASK);
  }

  @Override
  public void describe(ObjectNode block) {
    block.put("apiURL", destination()).put("apiVersion", version.toString()).put("apiKey", Secret.MASK);
    if (appKey != null) {
      block.put("appKey", Secret.MASK);
    }
    headers.describe(block);
    tls.describe(block);
    statistics.describe(block);
  }
}
