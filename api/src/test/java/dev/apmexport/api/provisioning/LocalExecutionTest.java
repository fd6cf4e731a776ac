package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalExecutionTest extends WithProvisioning {
  @Test
  void a_start_is_answered_with_everything_that_k6_needs() {
    Answer started = started(options(BLOCK.formatted("w")));
    String run = started.at("/test_run_id");
    String service = "http://localhost:" + port;

    assertThat(started.json().path("test_run_id").asLong()).isBetween(1L, (long) Integer.MAX_VALUE);
    assertThat(started.json().path("archive_upload_url").isNull()).isTrue();
    assertThat(started.at("/test_run_details_page_url")).isEqualTo(service + "/runs/" + run);
    assertThat(started.at("/runtime_config/metrics/push_url")).isEqualTo(service + "/v2/metrics/" + run);
    assertThat(started.at("/runtime_config/logs/push_url"))
        .isEqualTo(service + "/provisioning/v1/test_runs/" + run + "/logs");
    assertThat(started.json().at("/runtime_config/metrics/aggregation_min_samples").isNull()).isTrue();
    assertThat(started.text()).doesNotContain("canary");
  }

  @ParameterizedTest
  @CsvSource({"3,3s,4s", "10,2s,3s", "1,1s,2s"})
  void the_period_asked_for_divides_the_rate(int rate, String period, String wait) {
    Answer started = started(
        options(BLOCK.formatted("w").replaceFirst("}}$", "},\"resampleRate\":" + rate + "}")));

    assertThat(started.at("/runtime_config/metrics/aggregation_period")).isEqualTo(period);
    assertThat(started.at("/runtime_config/metrics/aggregation_wait_period")).isEqualTo(wait);
    assertThat(started.at("/runtime_config/metrics/push_interval")).isEqualTo("1s");
  }

  @Test
  void a_repeated_start_is_the_same_run_and_either_answer_can_be_used() {
    String key = UUID.randomUUID().toString();
    Answer lost = start(options(BLOCK.formatted("w")), "100", key);
    Answer again = start(options(BLOCK.formatted("w")), "100", key);
    String run = again.at("/test_run_id");

    assertThat(run).isEqualTo(lost.at("/test_run_id"));
    assertThat(again.at("/archive_upload_url")).isNotEqualTo(lost.at("/archive_upload_url"));
    assertThat(pushed(again, run)).isEqualTo(200);
    assertThat(pushed(lost, run)).isEqualTo(200);
    assertThat(get("/api/v1/test-runs/" + run).json().path("exports").size()).isEqualTo(1);
    assertThat(started("{}").at("/test_run_id")).isNotEqualTo(run);
  }

  @Test
  void a_fault_of_the_database_makes_no_second_run_of_a_start_without_a_key() {
    String test = loadTest("99", "fault").at("/id");
    jdbc.sql("create sequence faults").update();
    jdbc.sql("""
        create function fault() returns trigger language plpgsql security definer as $$ begin
          if nextval('faults') < 3 then raise exception 'a fault' using errcode = '40001'; end if;
          return new;
        end $$""").update();
    jdbc.sql("create trigger fault before insert on local_execution for each row execute function fault()").update();
    try {
      Answer started = post("/provisioning/v1/load_tests/" + test + "/start_local_execution", "{\"options\":{}}");

      assertThat(started.status()).as(started.text()).isEqualTo(200);
      assertThat(get("/api/v1/test-runs").json().path("items").valueStream().map(run -> run.path("id").asString()))
          .containsExactly(started.at("/test_run_id"));
      assertThat(jdbc.sql("select last_value from faults").query(Long.class).single()).isEqualTo(3);
    } finally {
      jdbc.sql("drop trigger fault on local_execution").update();
    }
  }

  @Test
  void starts_of_the_same_key_at_the_same_time_are_one_run() throws Exception {
    String key = UUID.randomUUID().toString();
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      Callable<String> start = () -> start(options(BLOCK.formatted("w")), "100", key).at("/test_run_id");
      List<Future<String>> made = senders.invokeAll(Collections.nCopies(6, start));
      assertThat(made.stream().map(Future::resultNow).distinct()).hasSize(1).doesNotContain("(nothing)");
    }
  }

  @Test
  void the_token_is_good_for_this_run_and_nothing_else() {
    Answer started = started("{}");
    String other = started("{}").at("/test_run_id");

    assertThat(pushed(started, started.at("/test_run_id"))).isEqualTo(200);
    assertThat(pushed(started, other)).isEqualTo(404);
    assertThat(records(other)).isZero();
    token = started.at("/runtime_config/test_run_token");
    assertThat(get("/api/v1/test-runs").status()).isEqualTo(403);
    v6(get("/cloud/v6/test_runs/" + started.at("/test_run_id")), 403, "its own test run");
    v6(loadTest("99", "mine"), 403, "its own test run");
  }

  @Test
  void the_token_is_stored_as_its_hash_only() {
    String made = started("{}").at("/runtime_config/test_run_token");

    assertThat(made).hasSize(43);
    assertThat(jdbc.sql("select count(*) from api_token t where t::text like ?").param("%" + made + "%")
        .query(Integer.class).single()).isZero();
    assertThat(jdbc.sql("select scope from api_token where sha256 = sha256(?::bytea)").param(made).query(String.class)
        .single()).isEqualTo("run");
  }

  @Test
  void the_token_is_useless_when_the_run_is_over_for_good() {
    Answer started = started("{}");
    String run = started.at("/test_run_id");
    ended(started, "null");
    jdbc.sql("update run_head set finished_at = finished_at - interval '1 hour' where test_run_id = ?")
        .param(Long.parseLong(run)).update();

    assertThat(pushed(started, run)).isEqualTo(409);
    assertThat(records(run)).isEqualTo(1);
  }

  @Test
  void thresholds_are_kept_and_nothing_else_of_the_options() {
    Answer started = started(
        "{\"thresholds\":{\"http_reqs\":[\"count\\u003e1\"]},\"hosts\":{\"secret.example\":\"1\"}}");

    assertThat(jdbc.sql("select options from test_run where id = ?")
        .param(started.json().path("test_run_id").asLong()).query(String.class).single())
        .isEqualTo("{\"thresholds\":{\"http_reqs\":[\"count>1\"]}}");
  }

  @Test
  void the_address_that_k6_prints_ends_with_what_is_wrong() {
    String bad = "{\"provider\":\"prometheus\",\"credentials\":{\"token\":\"canary\"}}";
    String warned = BLOCK.formatted("w").replaceFirst("}}$", "},\"mettrics\":[]}");
    Answer started = started(options(bad, BLOCK.formatted("v"), warned));

    assertThat(started.at("/test_run_details_page_url"))
        .endsWith("/runs/" + started.at("/test_run_id") + "#apm-0-is-disabled,apm-2-has-warnings");
    assertThat(started.text()).doesNotContain("canary");
    assertThat(pushed(started, started.at("/test_run_id"))).as("the test goes on").isEqualTo(200);
    assertThat(started("{}").at("/test_run_details_page_url")).endsWith("#no-apm-block-so-nothing-is-exported");
  }

  @Test
  void a_profile_that_the_host_is_bound_to_is_used_where_the_script_has_no_block() {
    send(request("/api/v1/apm-profiles/staging").header("Content-Type", "application/json")
        .PUT(BodyPublishers.ofString("{\"apm\":[" + BLOCK.formatted("of-profile") + "]}")));
    Answer started = start("/p/staging", "{}", "null", UUID.randomUUID().toString());
    String run = started.at("/test_run_id");

    assertThat(get("/api/v1/test-runs/" + run).at("/profile")).isEqualTo("staging");
    assertThat(started.at("/test_run_details_page_url")).endsWith("/runs/" + run);
    assertThat(get("/p/staging/cloud/v6/test_runs/" + run).at("/status")).isEqualTo("initializing");
    assertThat(start("/p/stag%20ing", "{}", "null", "other").at("/test_run_details_page_url"))
        .endsWith("#there-is-no-profile-stag%20ing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "67108865", "99999999999999999999", "\"x\"", "1.5"})
  void an_archive_that_cannot_be_taken_has_no_address_and_k6_goes_on_without(String size) {
    assertThat(start("{}", size, UUID.randomUUID().toString()).json().path("archive_upload_url").isNull()).isTrue();
  }

  @Test
  void a_start_without_options_or_of_an_unknown_load_test_is_told_so() {
    String path = "/provisioning/v1/load_tests/" + loadTest("99", "a").at("/id") + "/start_local_execution";
    v6(post(path, "{}"), 400, "\"options\"");
    v6(post(path, "[]"), 400, "\"options\"");
    v6(post(path, "{"), 400, "JSON");
    for (String id : new String[]{"7", "-1", "abc", "99999999999999999999"}) {
      v6(post("/provisioning/v1/load_tests/" + id + "/start_local_execution", "{\"options\":{}}"), 404, id);
    }
    token = newToken();
    v6(post(path, "{\"options\":{}}"), 404, "no load test");
    token = "";
    v6(post(path, "{\"options\":{}}"), 401, "token");
  }

  private int pushed(Answer started, String run) {
    return send(bearer("http://localhost:" + port + "/v2/metrics/" + run,
        started.at("/runtime_config/test_run_token")).header("Content-Encoding", "snappy")
        .POST(BodyPublishers.ofByteArray(pushOf(run, samples())))).status();
  }
}
