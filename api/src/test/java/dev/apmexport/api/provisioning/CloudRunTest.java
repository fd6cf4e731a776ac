package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

/** {@code k6 cloud run} and {@code k6 cloud upload} since k6 2.0, in the order of their calls. */
class CloudRunTest extends WithProvisioning {
  private static final String INSTEAD = "k6 cloud run --local-execution";

  @Test
  void the_first_call_is_refused_with_what_to_use_instead() {
    Answer refused = post("/cloud/v6/validate_options", "{\"options\":{\"cloud\":{\"token\":\"canary\"}}}");

    v6(refused, 422, INSTEAD, "k6 run -o cloud");
    assertThat(refused.text()).doesNotContain("canary");
    v6(post("/p/staging/cloud/v6/validate_options", "not even JSON"), 422, INSTEAD);
  }

  @Test
  void a_form_with_a_script_is_refused_however_large_it_is() {
    v6(form("99", part("name", "checkout") + part("script", "x")), 422, INSTEAD);
    v6(form("99", part("script", "x".repeat(12 << 20)) + part("name", "checkout")), 422, INSTEAD);
    assertThat(get("/cloud/v6/projects/99/load_tests").text()).isEqualTo("{\"value\":[]}");
  }

  @Test
  void all_later_calls_are_refused_too() {
    String test = "/cloud/v6/load_tests/" + loadTest("99", "checkout").at("/id");
    v6(send(request(test + "/script").header("Content-Type", "application/octet-stream")
        .PUT(BodyPublishers.ofByteArray(new byte[5 << 20]))), 422, INSTEAD);
    v6(post(test + "/start", ""), 422, INSTEAD);
    v6(post("/cloud/v6/test_runs/" + newRun() + "/abort", ""), 422, INSTEAD);
    v6(post("/cloud/v6/load_tests/7/start", ""), 404, "no load test 7");
  }

  @Test
  void a_stranger_is_told_to_bring_a_token() {
    token = "";
    v6(post("/cloud/v6/validate_options", "{}"), 401, "token");
  }
}
