package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** A proxy that ends TLS and says so in X-Forwarded headers, with SERVER_FORWARDHEADERSSTRATEGY=native. */
@TestPropertySource(properties = "server.forward-headers-strategy=native")
class BehindProxyTest extends WithProvisioning {
  private static final String[] FORWARDED = {"X-Forwarded-Proto", "https", "X-Forwarded-Host", "k6.example.com",
      "X-Forwarded-Port", "443", "X-Forwarded-For", "203.0.113.7", "K6-Idempotency-Key", "behind-proxy"};

  @Test
  void all_addresses_are_those_that_k6_reaches() {
    String test = loadTest("99", "checkout").at("/id");
    Answer started = post("/provisioning/v1/load_tests/" + test + "/start_local_execution",
        "{\"options\":{},\"archive_size\":7}", FORWARDED);
    String service = "https://k6.example.com";
    String run = started.at("/test_run_id");

    assertThat(started.at("/runtime_config/metrics/push_url")).isEqualTo(service + "/v2/metrics/" + run);
    assertThat(started.at("/runtime_config/logs/push_url")).startsWith(service + "/provisioning/");
    assertThat(started.at("/archive_upload_url")).startsWith(service + "/provisioning/");
    assertThat(started.at("/test_run_details_page_url")).startsWith(service + "/runs/" + run);
    assertThat(post("/v1/tests", "{}", FORWARDED).at("/config/testRunDetails")).startsWith(service + "/");
  }

  @Test
  void without_a_proxy_they_are_as_ever() {
    assertThat(start("{}", "7", UUID.randomUUID().toString()).at("/runtime_config/metrics/push_url"))
        .startsWith("http://localhost:" + port + "/v2/metrics/");
  }
}
