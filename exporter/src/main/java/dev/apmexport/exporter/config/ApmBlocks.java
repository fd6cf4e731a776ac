package dev.apmexport.exporter.config;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.block.Problems;
import dev.apmexport.exporter.block.Shown;
import dev.apmexport.exporter.block.Spelling;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.datadog.DatadogBlock;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteBlock;
import java.util.ArrayList;
import java.util.List;
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
  /** Every series of a run is compared with all entries for its metric, in each block again that shares a destination. */
  private static final int MAX_ENTRIES = 2_000;

  private ApmBlocks() {}

  /**
   * The list of blocks: {@code cloud.apm} if there is one, else {@code ext.loadimpact.apm}; missing where there is
   * none.
   */
  public static JsonNode find(JsonNode options) {
    JsonNode current = options.path("cloud").path("apm");
    return current.isMissingNode() || current.isNull() ? options.path("ext").path("loadimpact").path("apm") : current;
  }

  /** Reads every block of a list. */
  public static List<ApmBlock> read(JsonNode apm) {
    if (apm.isMissingNode() || apm.isNull()) { return List.of(); }
    if (!apm.isArray() || apm.size() > MAX_BLOCKS) {
      String got = apm.isArray() ? "a list of " + apm.size() : Shown.type(apm);
      return List.of(disabled("apm", 0, "must be a list of at most " + MAX_BLOCKS + " blocks, apm: [{…}], got " + got
          + "."));
    }
    List<ApmBlock> blocks = new ArrayList<>();
    int entries = 0;
    for (int i = 0; i < apm.size(); i++) {
      ApmBlock block = readBlock(i, apm.get(i));
      entries += block.config() == null ? 0 : block.config().metrics().size();
      blocks.add(entries <= MAX_ENTRIES ? block : block.with(Problem.error("apm[" + i + "].metrics",
          "is too much: the blocks of a run may wish for " + MAX_ENTRIES + " metrics together, and up to here it is "
              + entries + ".")));
    }
    return blocks;
  }

  /** Reads one block, the {@code index}-th of its list. */
  public static ApmBlock readBlock(int index, JsonNode node) {
    String path = "apm[" + index + "]";
    if (!node.isObject()) {
      return disabled(path, index, "must be an object with a provider, got " + Shown.type(node) + ".");
    }
    BlockReader block = BlockReader.of(path, node);
    String name = block.text("provider");
    block.require("provider", name, "one of " + String.join(", ", known()) + ".");
    if (name != null && !PROVIDERS.containsKey(name)) {
      block.error("provider", noProvider(name));
    }
    ExportConfig config = read(name == null ? "" : name, meant(name), block);
    return new ApmBlock(index, name == null ? "" : name, config, Problems.bounded(path, block.problems()));
  }

  /** The provider of that name or, since all mistakes of a block are told at once, the one that is probably meant. */
  static @Nullable Provider meant(@Nullable String name) {
    if (name == null || PROVIDERS.containsKey(name)) { return name == null ? null : PROVIDERS.get(name); }
    return Spelling.closest(name, known()).map(PROVIDERS::get).orElse(null);
  }

  /** Reads a block for a provider; without one, only the keys that all providers have. */
  static @Nullable ExportConfig read(String name, @Nullable Provider provider, BlockReader block) {
    block.spelledAlso("metrics", "export_metrics").spelledAlso("resampleRate", "resample_rate")
        .spelledAlso("includeDefaultMetrics", "include_default_metrics", "export_default_metrics")
        .spelledAlso("includeTestRunId", "include_test_run_id");
    SinkConfig sink = provider == null ? null : provider.reader().apply(block);
    int rate = block.integer("resampleRate", 1, 10, DEFAULT_RATE);
    boolean testRunId = block.flag("includeTestRunId", false);
    boolean defaults = block.flag("includeDefaultMetrics", true);
    Preset preset = provider == null ? null : Preset.read(block, provider.presets());
    if (preset != null && defaults && block.has("includeDefaultMetrics")) {
      block.warning("includeDefaultMetrics", "is true, but a preset takes the place of the default metrics; name those "
          + "that you want beside it in metrics.");
    }
    List<MetricEntry> metrics = MetricEntries.read(block, sink, preset, defaults);
    Labels tags = StaticTags.read(block, sink);
    warnOfManyLabels(block, sink, metrics, tags.size() + (testRunId ? 1 : 0));
    boolean reconcile = reconcile(block, sink);
    if (provider != null) {
      block.warnOfUnknownKeys();
    }
    return sink == null || block.hasErrors() ? null
        : new ExportConfig(name, rate, testRunId, preset, metrics, tags, reconcile, sink);
  }

  private static void warnOfManyLabels(BlockReader block, @Nullable SinkConfig sink, List<MetricEntry> metrics,
      int all) {
    int most = metrics.stream().mapToInt(entry -> entry.keepTags().size()).max().orElse(0) + all;
    if (sink != null && most > sink.mostLabels()) {
      block.warning("metrics", "keep up to " + most + " labels with those of the block; a receiver may take "
          + sink.mostLabels() + " and leave out the others, or the series, without saying so. Keep fewer tags.");
    }
  }

  private static boolean reconcile(BlockReader block, @Nullable SinkConfig sink) {
    boolean reconcile = block.oneOf("accuracy", "reconcile", List.of("reconcile", "off")).equals("reconcile");
    if (!reconcile && sink != null && sink.marksEnd()) {
      block.warning("staleMarkers",
          "are sent by the second pass, which accuracy: 'off' leaves out; there will be none.");
    }
    if (!reconcile && block.has("queryURL")) {
      block.warning("queryURL",
          "is asked by the second pass, which accuracy: 'off' leaves out; nothing will be read back.");
    }
    return reconcile;
  }

  /** Seconds per window that a block asks for, whatever else is wrong with it. */
  public static int resampleRate(JsonNode block) {
    return BlockReader.of("apm", block).spelledAlso("resampleRate", "resample_rate").integer("resampleRate", 1, 10,
        DEFAULT_RATE);
  }

  private static List<String> known() {
    return PROVIDERS.keySet().stream().sorted().toList();
  }

  private static String noProvider(String name) {
    if (ELSEWHERE.containsKey(name)) { return ELSEWHERE.get(name); }
    return Shown.quoted(name) + " is not a provider this service knows" + Spelling.hint(name, known())
        + "; known are: " + String.join(", ", known()) + " (the case of letters counts).";
  }

  private static ApmBlock disabled(String path, int index, String message) {
    return new ApmBlock(index, "", null, List.of(Problem.error(path, message)));
  }
}
