package dev.apmexport.standalone.demo;

import java.net.URI;
import java.util.List;

/**
 * An export of the recorded run that touches every kind of metric, twice over: as an apm block, the way a script has
 * it, and as what the oracle is to expect of it.
 */
public final class DemoExport {
  private DemoExport() {}

  /** The script's options. */
  public static String options(URI remoteWriteUrl, int resampleRate) {
    return """
        {"cloud": {"apm": [{
          "provider": "prometheus",
          "remoteWriteURL": "%s",
          "includeTestRunId": true,
          "resampleRate": %d,
          "metrics": [
            "vus_max", "iteration_duration", "payment_declined", "cart_value", "stock", "balance",
            {"sourceMetric": "checks", "keepTags": ["check"]},
            {"sourceMetric": "orders", "keepTags": ["kind"]},
            {"sourceMetric": "http_req_duration{scenario=\\"default\\",status=~\\"[23][0-9]{2}\\"}",
             "targetMetric": "k6_http_request_duration", "keepTags": ["name", "method", "status"]},
            {"sourceMetric": "http_reqs{status=\\"500\\"}", "targetMetric": "k6_http_server_errors_count",
             "keepTags": ["scenario", "group", "name", "method"]}
          ]}]}}
        """.formatted(remoteWriteUrl, resampleRate);
  }

  public static List<Expectation> expectations() {
    return List.of(Expectation.of("vus", "k6_vus"), Expectation.of("iterations", "k6_iterations"),
        Expectation.of("data_sent", "k6_data_sent"), Expectation.of("data_received", "k6_data_received"),
        Expectation.of("http_reqs", "k6_http_reqs"), Expectation.of("http_req_duration", "k6_http_req_duration"),
        Expectation.of("vus_max", "k6_vus_max"), Expectation.of("iteration_duration", "k6_iteration_duration"),
        Expectation.of("payment_declined", "k6_payment_declined"), Expectation.of("cart_value", "k6_cart_value"),
        Expectation.of("stock", "k6_stock"), Expectation.of("balance", "k6_balance"),
        Expectation.of("checks", "k6_checks", "check"), Expectation.of("orders", "k6_orders", "kind"),
        Expectation.of("http_req_duration", "k6_http_request_duration", "name", "method", "status")
            .where(tags -> "default".equals(tags.get("scenario")) && success(tags.getOrDefault("status", ""))),
        Expectation.of("http_reqs", "k6_http_server_errors_count", "scenario", "group", "name", "method")
            .where(tags -> "500".equals(tags.get("status"))));
  }

  private static boolean success(String status) {
    return status.length() == 3 && (status.charAt(0) == '2' || status.charAt(0) == '3');
  }
}
