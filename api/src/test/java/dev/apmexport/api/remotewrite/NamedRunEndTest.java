package dev.apmexport.api.remotewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import dev.apmexport.store.tenant.ApiToken;
import org.junit.jupiter.api.Test;

/** When a run that was made by its name is over, and what becomes of pushes that go on naming it. */
class NamedRunEndTest extends WithRemoteWrite {
  @Test
  void a_name_that_comes_again_after_its_end_is_a_new_run() {
    profile("nightly");
    String[] name = {"X-Test-Run", "checkout"};
    write("/p/nightly" + WRITE, good().packed(), name);
    byte[] end = new WriteRequests().end("k6_vus", now).packed();
    assertThat(write("/p/nightly/i/two" + WRITE, end, name).status()).isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/state")).as("a single generator's end")
        .isEqualTo("running");
    assertThat(write("/p/nightly" + WRITE, end, name).status()).isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/state")).isEqualTo("finishing");
    assertThat(write("/p/nightly" + WRITE, end, name).status()).isEqualTo(204);
    assertThat(runs()).hasSize(1);

    assertThat(write("/p/nightly" + WRITE, good().packed(), name).status()).isEqualTo(204);
    assertThat(runs()).hasSize(2);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/state")).isEqualTo("running");
  }

  /** Other senders mark the end of series too, each time one of their targets goes. */
  @Test
  void only_k6_says_with_the_end_of_its_series_that_the_test_is_over() {
    profile("nightly");
    write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "checkout");
    byte[] end = new WriteRequests().end("k6_vus", now).packed();

    assertThat(write("/p/nightly" + WRITE, end, "X-Test-Run", "checkout", "User-Agent", "Prometheus/3.5.0").status())
        .isEqualTo(204);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/state")).isEqualTo("running");
  }

  @Test
  void who_pushes_to_a_stopped_run_by_its_name_is_refused_until_it_was_silent_for_5_minutes() {
    profile("nightly");
    write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "checkout");
    String stopped = runs().getFirst();
    post("/api/v1/test-runs/" + stopped + "/stop", "{\"reason\":\"It hits the wrong environment.\"}");

    for (int seconds : new int[]{0, 270, 270}) { // each refused push is one that the silence counts from
      silent(stopped, seconds);
      refused("It hits the wrong environment.");
    }
    assertThat(runs()).containsExactly(stopped);
    silent(stopped, 301);
    assertThat(write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "checkout").status()).isEqualTo(204);
    assertThat(runs()).hasSize(2);
    assertThat(records(stopped)).isEqualTo(2);
  }

  @Test
  void a_run_that_has_passed_its_limit_is_not_made_again_under_its_name() {
    profile("nightly");
    jdbc.sql("update tenant set run_bytes_limit = 1 "
        + "where id = (select tenant_id from api_token where sha256 = ?)").param(ApiToken.digest(token)).update();

    refused("It sent more than 1 bytes");
    refused("It sent more than 1 bytes");
    assertThat(runs()).hasSize(1);
    assertThat(get("/api/v1/test-runs/" + runs().getFirst()).at("/stopped/by")).isEqualTo("service");
  }

  private void refused(String reason) {
    Answer answer = write("/p/nightly" + WRITE, good().packed(), "X-Test-Run", "checkout");
    assertThat(answer.status()).as(answer.text()).isEqualTo(403);
    assertThat(answer.at("/detail")).contains("was stopped", reason)
        .endsWith(
            " Its name is free for another run after 5 minutes without a push to it; take another name until then.");
  }

  private void silent(String run, int seconds) {
    jdbc.sql("update run_head set last_at = last_at - ? * interval '1 second' where test_run_id = ?")
        .params(seconds, Long.parseLong(run)).update();
  }
}
