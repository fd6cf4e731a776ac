package dev.apmexport.standalone.demo;

import dev.apmexport.standalone.demo.Expected.Quantile;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A trend's values within one window. Times that k6 itself measures are told in seconds; a custom trend's stay as
 * they are.
 */
final class TrendWindow {
  /** k6's own metrics in milliseconds. What a custom trend holds is not said on the wire. */
  private static final Set<String> BUILT_IN_TIMES = Set.of("iteration_duration", "group_duration", "http_req_duration",
      "http_req_blocked", "http_req_connecting", "http_req_tls_handshaking", "http_req_sending", "http_req_waiting",
      "http_req_receiving", "ws_ping", "ws_session_duration", "ws_connecting", "grpc_req_duration",
      "browser_http_req_duration", "browser_web_vital_ttfb", "browser_web_vital_lcp", "browser_web_vital_inp",
      "browser_web_vital_fcp");

  private final double[] sorted;
  private final double perUnit;

  private TrendWindow(double[] sorted, double perUnit) {
    this.sorted = sorted;
    this.perUnit = perUnit;
  }

  static TrendWindow of(List<RawSample> samples) {
    double[] sorted = samples.stream().mapToDouble(RawSample::value).sorted().toArray();
    boolean millis = !samples.isEmpty() && BUILT_IN_TIMES.contains(samples.getFirst().metric());
    return new TrendWindow(sorted, millis ? 1000 : 1);
  }

  double sum() {
    return Arrays.stream(sorted).sum() / perUnit;
  }

  double min() {
    return sorted[0] / perUnit;
  }

  double max() {
    return sorted[sorted.length - 1] / perUnit;
  }

  /** Nearest rank: the least value that is not below so many percent of all. */
  Quantile quantile(int percent) {
    int rank = Math.ceilDiv(percent * sorted.length, 100);
    double exact = sorted[rank - 1];
    HdrBucket bucket = HdrBucket.of(exact);
    return new Quantile(exact / perUnit, Math.max(min(), bucket.lower() / perUnit),
        Math.min(max(), bucket.upper() / perUnit));
  }
}
