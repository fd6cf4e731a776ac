package dev.apmexport.exporter.metric;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of k6's own metrics by their names. The wire says nothing about units, so only these are known to hold
 * times. Source: k6's {@code metrics/builtin.go} at v2.2.0.
 */
public final class BuiltIn {
  private static final Set<String> MILLISECONDS = Set.of("iteration_duration", "group_duration", "http_req_duration",
      "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking", "http_req_sending", "http_req_waiting",
      "http_req_receiving", "ws_ping", "ws_session_duration", "ws_connecting", "grpc_req_duration",
      "browser_http_req_duration", "browser_web_vital_ttfb", "browser_web_vital_lcp", "browser_web_vital_inp",
      "browser_web_vital_fcp");

  private static final Map<String, MetricType> OTHER_TYPES = Map.ofEntries(counter("http_reqs"), counter("iterations"),
      counter("dropped_iterations"), counter("data_sent"), counter("data_received"), counter("ws_sessions"),
      counter("ws_msgs_sent"), counter("ws_msgs_received"), counter("grpc_streams"), counter("grpc_streams_msgs_sent"),
      counter("grpc_streams_msgs_received"), counter("browser_data_sent"), counter("browser_data_received"),
      Map.entry("vus", MetricType.GAUGE), Map.entry("vus_max", MetricType.GAUGE),
      Map.entry("checks", MetricType.RATE), Map.entry("http_req_failed", MetricType.RATE),
      Map.entry("browser_http_req_failed", MetricType.RATE), Map.entry("browser_web_vital_cls", MetricType.TREND));

  /** What an export sends unless its block says otherwise (k6 Cloud's default APM metrics). */
  public static final List<String> DEFAULT_SET = List.of("vus", "iterations", "data_sent", "data_received", "http_reqs",
      "http_req_duration");

  private BuiltIn() {}

  private static Map.Entry<String, MetricType> counter(String metric) {
    return Map.entry(metric, MetricType.COUNTER);
  }

  /** The type of a metric of k6's own; null for others, which a script makes. */
  public static @Nullable MetricType typeOf(String metric) {
    return inMilliseconds(metric) ? MetricType.TREND : OTHER_TYPES.get(metric);
  }

  /** Whether the metric is a trend of k6's own that holds milliseconds. */
  public static boolean inMilliseconds(String metric) {
    return MILLISECONDS.contains(metric);
  }

  /** Whether several load generators' values of this gauge add up to the run's. */
  public static boolean addsUpOverInstances(String gauge) {
    return gauge.equals("vus") || gauge.equals("vus_max");
  }
}
