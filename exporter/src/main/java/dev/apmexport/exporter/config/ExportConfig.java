package dev.apmexport.exporter.config;

import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.SinkConfig;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A block without faults, whatever its dialect and provider.
 *
 * @param resampleRate seconds per window, 1 to 10
 * @param includeTestRunId whether every series carries the label {@code test_run_id}
 * @param preset the dashboard whose series are exported in place of the default set, if any
 * @param metrics the preset's or the default set first where it is on, then the block's own entries in their order
 * @param tags labels that every series carries
 * @param reconcile whether a second pass goes over the ended run
 */
public record ExportConfig(String provider, int resampleRate, boolean includeTestRunId, @Nullable Preset preset,
    List<MetricEntry> metrics, Labels tags, boolean reconcile, SinkConfig sink) {
  private static final String RUN_LABEL = "test_run_id";

  /** Without a preset or tags, and gone over a second time. */
  public ExportConfig(String provider, int resampleRate, boolean includeTestRunId, List<MetricEntry> metrics,
      SinkConfig sink) {
    this(provider, resampleRate, includeTestRunId, null, metrics, Labels.NONE, true, sink);
  }

  /** The labels that hold the run's id; one that the block's tags name holds what they say. */
  private Set<String> runLabels() {
    Set<String> labels = new LinkedHashSet<>();
    if (includeTestRunId) {
      labels.add(RUN_LABEL);
    }
    if (preset != null) {
      labels.add(preset.runLabel());
    }
    labels.removeAll(tags.toMap().keySet());
    return labels;
  }

  /** The labels of the output that an entry makes of an input series. */
  public Labels labels(MetricEntry entry, InputSeries series, String testRunId) {
    Map<String, String> labels = new TreeMap<>(series.labels().keep(entry.keepTags()).toMap());
    labels.putAll(tags.toMap());
    runLabels().forEach(label -> labels.put(label, testRunId));
    return sink.labels(Labels.of(labels));
  }

  /** The name of the output that an entry makes. */
  public String name(MetricEntry entry) {
    return entry.name(sink);
  }

  /** The name of the output that an entry makes of an input series. */
  public String name(MetricEntry entry, InputSeries series) {
    boolean whole = series.statistic().isEmpty() || entry.source().metric().equals(series.name());
    boolean ratio = series.statistic().equals("rate") && entry.target() != null; // a rate has no other name beside it
    return whole || ratio ? name(entry) : sink.name(name(entry), series.statistic());
  }

  /**
   * Whether a run that exports this and another that exports that, both at the same time, may write the same series.
   */
  public boolean mayCollideWith(ExportConfig that) {
    Set<String> names = metrics.stream().map(this::name).collect(Collectors.toSet());
    return sink.sharesDestinationWith(that.sink) && tags.equals(that.tags) && runLabels().isEmpty()
        && that.runLabels().isEmpty() && that.metrics.stream().map(that::name).anyMatch(names::contains);
  }

  /** The block that says the same in full, in the current dialect, with {@code ***} in place of every secret. */
  public ObjectNode normalized() {
    ObjectNode block = JsonMapper.shared().createObjectNode().put("provider", provider);
    sink.describe(block);
    block.put("resampleRate", resampleRate).put("includeTestRunId", includeTestRunId);
    if (preset != null) {
      block.put("preset", preset.name());
    }
    block.put("includeDefaultMetrics", false);
    ArrayNode entries = block.putArray("metrics");
    metrics.stream()
        .filter(entry -> preset == null || preset.metrics().stream().noneMatch(own -> own.asks(entry, sink)))
        .forEach(entry -> describe(entry, entries.addObject()));
    ObjectNode labels = block.putObject("tags");
    tags.toMap().forEach(labels::put);
    return block.put("accuracy", reconcile ? "reconcile" : "off");
  }

  private void describe(MetricEntry entry, ObjectNode node) {
    node.put("sourceMetric", entry.source().toString()).put("targetMetric", name(entry));
    ArrayNode kept = node.putArray("keepTags");
    entry.keepTags().forEach(kept::add);
  }
}
