package dev.apmexport.exporter;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.ReadBack;
import dev.apmexport.exporter.sink.Shape;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A destination without a network: it wants what a Prometheus wants and keeps every point it accepts. */
final class RecordedDestination implements SinkConfig {
  private final SinkConfig like = new RemoteWriteConfig(URI.create("http://recorded.example/"), new Credentials.None(),
      new Amendment.Refused());
  private final Map<Series, TreeMap<Long, Double>> points = new HashMap<>();
  private volatile Function<Batch, WriteResult> rule = _ -> new WriteResult.Accepted();
  private volatile @Nullable ReadBack readBack;
  private long writes;
  private long disorders;

  void rule(Function<Batch, WriteResult> answers) {
    rule = answers;
  }

  /** From now on it can be asked what it holds. */
  void askedThrough(@Nullable ReadBack reader) {
    readBack = reader;
  }

  synchronized Map<Series, TreeMap<Long, Double>> points() {
    return new HashMap<>(points);
  }

  synchronized long size() {
    return points.values().stream().mapToLong(Map::size).sum();
  }

  /** Points accepted, those that came more than once counted each time. */
  synchronized long writes() {
    return writes;
  }

  /** Points that came after a newer one of their series. */
  synchronized long disorders() {
    return disorders;
  }

  private synchronized WriteResult write(Batch batch) {
    WriteResult result = rule.apply(batch);
    if (result instanceof WriteResult.Accepted) {
      for (int i = 0; i < batch.size(); i++) {
        TreeMap<Long, Double> known = points.computeIfAbsent(batch.series()[i], _ -> new TreeMap<>());
        disorders += !known.isEmpty() && known.lastKey() >= batch.atMillis() ? 1 : 0;
        known.put(batch.atMillis(), batch.values()[i]);
        writes++;
      }
    }
    return result;
  }

  @Override
  public Sink open(HttpTransport http) {
    return new Sink() {
      @Override
      public WriteResult write(Batch batch) {
        return RecordedDestination.this.write(batch);
      }

      @Override
      public WriteResult probe() {
        return new WriteResult.Accepted();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public @Nullable ReadBack readBack(HttpTransport http) {
    return readBack;
  }

  @Override
  public Shape shape() {
    return like.shape();
  }

  @Override
  public String destination() {
    return like.destination();
  }

  @Override
  public String name(String metric) {
    return like.name(metric);
  }

  @Override
  public boolean isName(String target) {
    return like.isName(target);
  }

  @Override
  public Labels labels(Labels labels) {
    return like.labels(labels);
  }

  @Override
  public boolean sharesDestinationWith(SinkConfig other) {
    return other == this;
  }

  @Override
  public Statistics statistics() {
    return like.statistics();
  }

  @Override
  public List<String> seriesNames(MetricType type, String name) {
    return like.seriesNames(type, name);
  }

  @Override
  public boolean marksEnd() {
    return false;
  }

  @Override
  public void describe(ObjectNode block) {
    like.describe(block);
  }

  @Override
  public Amendment amendment() {
    return like.amendment();
  }

  @Override
  public int mostLabels() {
    return like.mostLabels();
  }

  @Override
  public int maxBatch() {
    return like.maxBatch();
  }
}
