package dev.apmexport.api.k6;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.store.log.MetricLog;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Runs that are made before k6 starts and never finished by it: {@code K6_CLOUD_PUSH_REF_ID=<id> k6 run -o cloud}, and
 * from 2.2 on {@code k6 cloud run --local-execution} with {@code K6_CLOUD_METRICS_PUSH_URL} and
 * {@code K6_CLOUD_TEST_RUN_TOKEN} as well. In both forms k6 only pushes.
 */
class PushRefTest extends WithApi {
  @Autowired
  private MetricLog log;
  private String own = "";
  private String run = "";

  @BeforeEach
  void create() {
    own = token;
    run = post("/api/v1/test-runs", "{\"name\":\"made before\",\"generators\":2,\"options\":{}}").at("/id");
  }

  /** How a load generator pushes. */
  private enum Way {
    /** Token authentication, with k6's key; the host names the load generator. */
    BY_PATH {
      @Override
      Answer push(PushRefTest test, String instance, String key) {
        return test.push("/i/" + instance + "/v2/metrics/" + test.run, pushOf(test.run, samples()),
            "K6-Idempotency-Key", key);
      }
    },
    /** A run's token and no key, at the address that came with the token. */
    BY_RUN_TOKEN {
      @Override
      Answer push(PushRefTest test, String instance, String key) {
        Answer made = test.post("/api/v1/test-runs/" + test.run + "/tokens", "{\"instance\":\"" + instance + "\"}");
        String path = made.at("/metricsPushURL").replaceFirst("http://[^/]*", "");
        test.token = "";
        Answer answer = test.push(path, pushOf(test.run, samples()), "Authorization", "Bearer " + made.at("/token"));
        test.token = test.own;
        return answer;
      }
    };

    abstract Answer push(PushRefTest test, String instance, String key);
  }

  static Stream<Way> ways() {
    return Stream.of(Way.values());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void one_or_many_push_and_a_finish_over_rest_ends_it(Way way) {
    for (int retry = 0; retry < 2; retry++) {
      assertThat(way.push(this, "lg-1", "first").status()).isEqualTo(200);
      assertThat(way.push(this, "lg-2", "first").status()).isEqualTo(200);
    }
    Answer running = get("/api/v1/test-runs/" + run);
    assertThat(running.at("/state")).isEqualTo("running");
    assertThat(told(running, "name")).containsExactly("lg-1", "lg-2");
    assertThat(told(running, "pushes")).containsExactly("1", "1");
    assertThat(told(running, "lastReceivedAt")).allMatch(time -> time.endsWith("Z"));

    assertThat(post("/api/v1/test-runs/" + run + "/finish", "").at("/state")).isEqualTo("finishing");
    assertThat(way.push(this, "lg-3", "in the grace").status()).isEqualTo(200);
    jdbc.sql("update run_head set finished_at = finished_at - interval '201 seconds' where test_run_id = ?")
        .param(Long.parseLong(run)).update();
    Answer late = way.push(this, "lg-4", "too late");
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.at("/error/message")).contains("was finished at");
  }

  @ParameterizedTest
  @MethodSource("ways")
  void one_that_fell_silent_is_open_again_with_the_next_push(Way way) {
    way.push(this, "lg-1", "first");
    log.finish(Long.parseLong(run), false, "{\"idle\":true}".getBytes(StandardCharsets.UTF_8));
    jdbc.sql("delete from live_task where task_instance = ?").param(run).update();
    assertThat(get("/api/v1/test-runs/" + run).at("/state")).isEqualTo("finishing");

    assertThat(way.push(this, "lg-2", "back").status()).isEqualTo(200);
    assertThat(get("/api/v1/test-runs/" + run).at("/state")).isEqualTo("running");
    assertThat(
        jdbc.sql("select count(*) from live_task where task_instance = ?").param(run).query(Integer.class).single())
        .isEqualTo(1);
  }

  @Test
  void how_many_will_push_is_part_of_what_the_run_goes_by() {
    assertThat(jdbc.sql("select settings from test_run where id = ?").param(Long.parseLong(run)).query(String.class)
        .single()).contains("\"generators\":2");
  }

  @Test
  void how_many_will_push_must_be_a_number() {
    for (String wrong : List.of("0", "-1", "1.5", "\"4\"", "10001", "[]")) {
      Answer answer = post("/api/v1/test-runs", "{\"name\":\"x\",\"generators\":" + wrong + "}");
      assertThat(answer.status()).as(wrong).isEqualTo(400);
      assertThat(answer.at("/detail")).contains("generators must be a whole number from 1 to 10000");
    }
  }

  private static List<String> told(Answer run, String what) {
    return run.json().path("generators").valueStream().map(one -> one.path(what).asString()).toList();
  }
}
