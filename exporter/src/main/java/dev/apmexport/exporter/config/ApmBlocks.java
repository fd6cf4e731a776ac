package dev.apmexport.exporter.config;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.block.Spelling;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.datadog.DatadogBlock;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the apm blocks of a script's options. A block with errors is disabled and says why; the others are not touched.
 */
public final class ApmBlocks {
  private static final Provider PROMETHEUS = new Provider(RemoteWriteBlock::read, List.of(Preset.GRAFANA_19665));
  private static final Provider DATADOG = new Provider(DatadogBlock::read, List.of(Preset.DATADOG_K6));
  private static final Provider DATADOG_EU = new Provider(DatadogBlock::readEuropean, List.of(Preset.DATADOG_K6));
  /** A new provider is one line here and a package of its own. */
  private static final Map<String, Provider> PROVIDERS = Map.of("prometheus", PROMETHEUS, "datadog", DATADOG,
      "datadogeu", DATADOG_EU, "DataDog", DATADOG, "DataDogEU", DATADOG_EU);
  /** Providers that earlier products had, and what to use instead. */
  private static final Map<String, String> ELSEWHERE = Map.of("azuremonitor",
      "Azure Monitor is not supported here: it adds up what is sent twice, so a second pass could not set anything "
          + "right. Use provider: 'prometheus' with the remote write address of an Azure Monitor workspace.");
  /** Seconds per window where a block does not say. */
  public static final int DEFAULT_RATE = 3;
  private static final int MAX_BLOCKS = 50;

  private ApmBlocks() {}

  /**
   * The list of blocks: {@code cloud.apm} if there is one, else {@code ext.loadimpact.apm}; missing where there is
   * none.
   */
  public static JsonNode find(JsonNode options) {
    JsonNode current = options.path("cloud").path("apm");
    return current.isMissingNode() ? options.path("ext").path("loadimpact").path("apm") : current;
  }

  /** Reads every block of a list. */
  public static List<ApmBlock> read(JsonNode apm) {
    if (apm.isMissingNode() || apm.isNull()) { return List.of(); }
    if (!apm.isArray() || apm.size() > MAX_BLOCKS) {
      String got = apm.isArray() ? "a list of " + apm.size() : apm.getNodeType().name().toLowerCase(Locale.ROOT);
      return List.of(disabled(0, "", "apm", "must be a list of at most " + MAX_BLOCKS + " blocks, got " + got + "."));
    }
    List<ApmBlock> blocks = new ArrayList<>();
    for (int i = 0; i < apm.size(); i++) {
      blocks.add(readBlock(i, apm.get(i)));
    }
    return blocks;
  }

  /** Reads one block, the {@code index}-th of its list. */
  public static ApmBlock readBlock(int index, JsonNode node) {
    String path = "apm[" + index + "]";
    if (!node.isObject()) { return disabled(index, "", path, "must be an object with a provider."); }
    BlockReader block = BlockReader.of(path, node);
    String name = block.text("provider");
    Provider provider = name == null ? null : PROVIDERS.get(name);
    if (name == null || provider == null) {
      return disabled(index, name == null ? "" : name, block.at("provider"), providerProblem(name));
    }
    ExportConfig config = read(name, provider, block);
    return new ApmBlock(index, name, config, List.copyOf(block.problems()));
  }

  private static @Nullable ExportConfig read(String name, Provider provider, BlockReader block) {
    block.spelledAlso("metrics", "export_metrics").spelledAlso("resampleRate", "resample_rate")
        .spelledAlso("includeDefaultMetrics", "include_default_metrics", "export_default_metrics")
        .spelledAlso("includeTestRunId", "include_test_run_id");
    SinkConfig sink = provider.reader().apply(block);
    int rate = block.integer("resampleRate", 1, 10, DEFAULT_RATE);
    boolean testRunId = block.flag("includeTestRunId", false);
    Preset preset = Preset.read(block, provider.presets());
    List<MetricEntry> metrics = MetricEntries.read(block, sink, preset, block.flag("includeDefaultMetrics", true));
    Labels tags = StaticTags.read(block, sink);
    boolean reconcile = block.oneOf("accuracy", "reconcile", List.of("reconcile", "off")).equals("reconcile");
    block.warnOfUnknownKeys();
    return sink == null || block.hasErrors() ? null
        : new ExportConfig(name, rate, testRunId, preset, metrics, tags, reconcile, sink);
  }

  private static String providerProblem(@Nullable String provider) {
    String known = String.join(", ", PROVIDERS.keySet().stream().sorted().toList());
    if (provider == null) { return "is missing or not a text; known are: " + known + "."; }
    if (ELSEWHERE.containsKey(provider)) { return ELSEWHERE.get(provider); }
    return "\"" + provider + "\" is not a provider this service knows" + Spelling.hint(provider, PROVIDERS.keySet())
        + "; known are: " + known + " (the case of letters counts).";
  }

  private static ApmBlock disabled(int index, String provider, String path, String message) {
    return new ApmBlock(index, provider, null, List.of(Problem.error(path, message)));
  }
}
