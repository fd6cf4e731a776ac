package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.MadeUpRun.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a block asks for, drawn, so that both the block as a user writes it and the right points can be made of it.
 *
 * @param outOfOrder whether the block says that the receiver takes samples out of order
 */
record Wish(boolean isDatadog, int resampleRate, boolean includeTestRunId, List<Entry> entries, List<String> trendStats,
    boolean rateCounters, boolean staleMarkers, boolean outOfOrder) {
  /** How old the samples are that a receiver with an out-of-order window takes. */
  static final Duration OUT_OF_ORDER = Duration.ofMinutes(30);
  private static final List<String> METRICS = List.of("vus", "http_reqs", "data_sent", "queue_length", "checks",
      "http_req_duration");
  private static final List<String> STATS = List.of("min", "max", "avg", "med", "p(90)", "p(95)", "p(99)", "count");
  private static final List<List<String>> TAGS = List.of(List.of(), List.of(), List.of("url"), List.of("status"),
      List.of("status", "url"), List.of("check"));

  /**
   * One entry of {@code metrics}.
   *
   * @param failures whether only requests that failed are meant
   */
  record Entry(String metric, boolean failures, String target, List<String> keepTags) {
    boolean wants(Sample sample) {
      return sample.metric().equals(metric) && (!failures || sample.labels().get("status").startsWith("5"));
    }

    private String source() {
      return failures ? metric + "{status=~\"5..\"}" : metric;
    }
  }

  static Wish draw(Draw draw, ReceiverKind kind, int leastRate) {
    List<Entry> entries = new ArrayList<>();
    String prefix = kind.isDatadog() ? "k6." : "k6_";
    for (String metric : METRICS) {
      entries.add(new Entry(metric, false, draw.chance(0.1) ? "my_" + metric : prefix + metric, draw.one(TAGS)));
    }
    entries.add(new Entry("http_reqs", true, "errors", draw.one(TAGS)));
    boolean prometheus = !kind.isDatadog();
    List<String> stats = draw.chance(0.5) ? STATS : draw.some(STATS);
    boolean declared = prometheus && (kind.canBeCorrected() ? draw.chance(0.8) : draw.chance(0.05));
    return new Wish(kind.isDatadog(), draw.between(leastRate, 10), draw.chance(0.3), draw.some(entries), stats,
        prometheus && draw.chance(0.3), prometheus && draw.chance(0.3),
        declared && kind != ReceiverKind.VICTORIA_METRICS);
  }

  /** The block as a user writes it. */
  ObjectNode block(String address, String apiKey, Map<String, String> headers) {
    ObjectNode block = JsonMapper.shared().createObjectNode().put("provider", isDatadog ? "datadog" : "prometheus");
    if (isDatadog) {
      block.put("apiURL", address).put("apiKey", apiKey);
    } else {
      block.put("remoteWriteURL", address + "/api/v1/write").put("rateCounters", rateCounters)
          .put("staleMarkers", staleMarkers);
      if (outOfOrder) {
        block.put("outOfOrder", OUT_OF_ORDER.toMinutes() + "m");
      }
    }
    block.put("resampleRate", resampleRate).put("includeTestRunId", includeTestRunId)
        .put("includeDefaultMetrics", false);
    new TreeMap<>(headers).forEach(block.putObject("headers")::put);
    trendStats.forEach(block.putArray("trendStats")::add);
    ArrayNode metrics = block.putArray("metrics");
    for (Entry entry : entries) {
      ObjectNode one = metrics.addObject().put("sourceMetric", entry.source()).put("targetMetric", entry.target());
      entry.keepTags().forEach(one.putArray("keepTags")::add);
    }
    return block;
  }
}
