package dev.apmexport.exporter.config;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.select.Selector;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The series, names and labels that a dashboard queries; takes the place of the default set.
 *
 * @param runLabel the label with the run's id by which the dashboard tells runs apart
 */
public record Preset(String name, String runLabel, List<MetricEntry> metrics) {
  private static final List<String> TIMINGS = List.of("http_req_blocked", "http_req_tls_handshaking",
      "http_req_sending", "http_req_waiting", "http_req_receiving", "iteration_duration");

  /**
   * Grafana's dashboard 19665 "k6 Prometheus": totals end in {@code _total} and ratios in {@code _rate}, as k6's own
   * remote write output names them.
   */
  static final Preset GRAFANA_19665 = new Preset("grafana-19665", "testid", Stream.of(
      Stream.of(entry("vus", null),
          entry("http_reqs", "k6_http_reqs_total", "expected_response"),
          entry("http_req_failed", "k6_http_req_failed_rate"),
          entry("http_req_duration", null, "expected_response", "method", "name", "status"),
          entry("dropped_iterations", "k6_dropped_iterations_total"),
          entry("data_sent", "k6_data_sent_total"),
          entry("data_received", "k6_data_received_total"),
          entry("checks", "k6_checks_rate", "check")),
      TIMINGS.stream().map(metric -> entry(metric, null))).flatMap(entries -> entries).toList());

  /** Datadog's dashboard "k6 Performance Testing Overview": one series of each metric, told apart by the run only. */
  static final Preset DATADOG_K6 = new Preset("datadog-k6", "test_run_id", Stream.of("vus", "vus_max",
      "iterations", "data_sent", "data_received", "http_reqs", "http_req_duration", "http_req_blocked",
      "http_req_connecting", "http_req_tls_handshaking", "http_req_sending", "http_req_waiting", "http_req_receiving",
      "iteration_duration").map(metric -> entry(metric, null)).toList());

  /** The preset that a block names, or null. */
  static @Nullable Preset read(BlockReader block, List<Preset> known) {
    List<String> names = known.stream().map(Preset::name).toList();
    String name = block.oneOf("preset", "", names);
    return known.stream().filter(preset -> preset.name.equals(name)).findFirst().orElse(null);
  }

  private static MetricEntry entry(String metric, @Nullable String target, String... keepTags) {
    return new MetricEntry(null, Selector.of(metric), target, List.of(keepTags));
  }
}
