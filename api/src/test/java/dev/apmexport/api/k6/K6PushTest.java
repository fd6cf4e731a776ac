package dev.apmexport.api.k6;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.store.log.MetricLog;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class K6PushTest extends WithApi {
  private String run = "";
  private String path = "";

  @BeforeEach
  void create() {
    run = newRun();
    path = "/v2/metrics/" + run;
  }

  @Test
  void a_chunked_push_is_stored_as_it_came() {
    byte[] body = pushOf(run, samples());

    assertThat(push(path, body, "K6-Idempotency-Key", "0011").status()).isBetween(200, 299);
    assertThat(jdbc.sql("select payload from metric_log where test_run_id = ?").param(Long.parseLong(run))
        .query(byte[].class).single())
        .isEqualTo(body);
    assertThat(get("/api/v1/test-runs/" + run).at("/state")).isEqualTo("running");
    assertThat(
        jdbc.sql("select count(*) from live_task where task_instance = ?").param(run).query(Integer.class).single())
        .isEqualTo(1);
  }

  @Test
  void a_push_with_a_length_is_taken_as_well() {
    assertThat(push(path, BodyPublishers.ofByteArray(pushOf(run, samples()))).status()).isBetween(200, 299);
  }

  @Test
  void a_retried_push_is_one_record() {
    byte[] body = pushOf(run, samples());
    for (int i = 0; i < 3; i++) {
      assertThat(push(path, body, "K6-Idempotency-Key", "same").status()).isBetween(200, 299);
      assertThat(push(path, pushOf(run, samples().gauge("vus", Labels.NONE, 3, 1))).status()).isBetween(200, 299);
    }
    assertThat(records(run)).isEqualTo(2);
  }

  @Test
  void what_is_not_snappy_is_refused_with_the_reason() {
    refused(400, "this is not snappy, not even a bit".getBytes(StandardCharsets.UTF_8), "snappy");
    refused(400, new byte[0], "snappy");
  }

  @Test
  void what_is_not_a_metric_set_is_refused_with_the_reason() {
    refused(400, MetricSets.pack("garbage in snappy".getBytes(StandardCharsets.UTF_8)), "");
    byte[] good = samples().build().toBuilder().setTestRunId(run).build().toByteArray();
    refused(400, MetricSets.pack(java.util.Arrays.copyOf(good, good.length - 3)), "protobuf");
  }

  @Test
  void a_push_of_another_run_is_refused_with_the_reason() {
    refused(400, pushOf("7", samples()), "belongs to test run \"7\"");
  }

  @Test
  void a_push_larger_than_4_mib_is_refused() {
    byte[] noise = new byte[(4 << 20) + 1];
    new Random(1).nextBytes(noise);
    refused(413, noise, "4194304");
  }

  @Test
  void a_push_that_unpacks_to_too_much_is_refused() {
    refused(413, MetricSets.pack(new byte[(32 << 20) + 1]), "33554432");
  }

  @Test
  void one_bad_series_does_not_spoil_a_push() {
    MetricSets samples = samples().counter("", Labels.NONE, 3, 1).counter("far", Labels.NONE, 9_999_999_999L, 1);

    assertThat(push(path, pushOf(run, samples)).status()).isBetween(200, 299);
    assertThat(records(run)).isEqualTo(1);
  }

  @Test
  void a_key_that_is_too_long_is_refused_at_once() {
    Answer answer = push(path, pushOf(run, samples()), "K6-Idempotency-Key", noise(5_000));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/error/message")).contains("Idempotency-Key");
  }

  @Test
  void a_push_is_taken_for_200_seconds_after_the_finish() {
    push(path, pushOf(run, samples()));
    post("/v1/tests/" + run, "{\"run_status\":3}");
    comesAfterTheFinish(MetricLog.GRACE);
    assertThat(push(path, pushOf(run, samples()), "K6-Idempotency-Key", "late").status()).isBetween(200, 299);
    comesAfterTheFinish(MetricLog.GRACE.plusNanos(1_000));

    refused(409, pushOf(run, samples()), "finished at");
    assertThat(push(path, pushOf(run, samples()), "K6-Idempotency-Key", "late").status()).isBetween(200, 299);
  }

  /** Lets all further pushes come so long after the finish: none has an earlier time than the one before. */
  private void comesAfterTheFinish(Duration time) {
    jdbc.sql("""
        update run_head set last_at = now() + interval '1 hour',
          finished_at = now() + interval '1 hour' - ? * interval '1 microsecond' where test_run_id = ?""")
        .params(time.toNanos() / 1_000, Long.parseLong(run)).update();
  }

  private void refused(int status, byte[] body, String reason) {
    int before = records(run);
    Answer answer = push(path, body, "K6-Idempotency-Key", "refused");
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.json().at("/error/code").asInt()).isEqualTo(status);
    assertThat(answer.at("/error/message")).contains(reason);
    assertThat(records(run)).isEqualTo(before);
  }

  private static String noise(int length) {
    StringBuilder text = new StringBuilder();
    new Random(1).ints(length, 'a', 'z' + 1).forEach(letter -> text.append((char) letter));
    return text.toString();
  }
}
