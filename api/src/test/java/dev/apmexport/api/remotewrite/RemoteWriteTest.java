package dev.apmexport.api.remotewrite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.TenantId;
import org.junit.jupiter.api.Test;

/** What becomes of pushes to a run that is there, in whichever way they name it. */
class RemoteWriteTest extends WithRemoteWrite {
  @Test
  void a_push_is_stored_as_it_came_with_the_times_it_spans() {
    String run = newRun();
    byte[] body = good().sample("k6_http_reqs_total", 7, now - 4_000).packed();

    Answer answer = write(path(run), body);

    assertThat(answer.status()).isEqualTo(204);
    assertThat(answer.text()).isEmpty();
    jdbc.sql("select kind, first_bucket, last_bucket, payload from metric_log where test_run_id = ?")
        .param(Long.parseLong(run)).query(row -> {
          assertThat(row.getInt(1)).isEqualTo(4);
          assertThat(row.getLong(2)).isEqualTo((now - 4_000) / 1000);
          assertThat(row.getLong(3)).isEqualTo(now / 1000);
          assertThat(row.getBytes(4)).isEqualTo(body);
        });
    assertThat(records(run)).isEqualTo(1);
  }

  @Test
  void the_run_is_named_by_a_header_by_the_path_or_by_its_own_token() {
    String run = newRun();
    byte[] body = good().packed();
    assertThat(write(WRITE, body, "X-Test-Run-Id", run).status()).isEqualTo(204);
    assertThat(write("/i/lg-1" + path(run), body).status()).isEqualTo(204);
    assertThat(write("/i/lg-2" + WRITE, body, "X-Test-Run-Id", run).status()).isEqualTo(204);
    assertThat(records(run)).isEqualTo(3);

    long tenant = jdbc.sql("select tenant_id from test_run where id = ?").param(Long.parseLong(run)).query(Long.class)
        .single();
    token = admitted(
        made -> ApiToken.forRun(new TenantId(tenant), Long.parseLong(run), made));
    assertThat(write(WRITE, good().sample("k6_vus_max", 4, now).packed()).status()).isEqualTo(204);
    assertThat(records(run)).isEqualTo(4);
    assertThat(write(WRITE, body, "X-Test-Run-Id", "1").status()).isEqualTo(404);
  }

  @Test
  void a_push_that_names_no_run_is_told_how_to() {
    Answer answer = write(WRITE, good().packed());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/detail")).contains("/api/v1/test-runs/<id>/write", "X-Test-Run-Id",
        "K6_PROMETHEUS_RW_HTTP_HEADERS", "/p/<profile>/api/v1/write").endsWith(".");
    assertThat(write(WRITE, good().packed(), "X-Test-Run", "checkout").at("/detail")).contains("needs a profile");
  }

  /** One zero byte is an empty snappy block, by which senders try a connection. */
  @Test
  void an_empty_push_is_fine_and_leaves_nothing() {
    String run = newRun();
    assertThat(write(path(run), new byte[]{0}).status()).isEqualTo(204);
    assertThat(records(run)).isZero();
  }

  @Test
  void the_same_push_again_is_stored_once_for_each_load_generator() {
    String run = newRun();
    byte[] body = good().packed();
    for (int i = 0; i < 2; i++) {
      assertThat(write(path(run), body).status()).isEqualTo(204);
      assertThat(write("/i/two" + path(run), body).status()).isEqualTo(204);
    }
    assertThat(records(run)).isEqualTo(2);
  }

  @Test
  void a_run_that_is_finished_takes_no_more_after_a_while() {
    String run = newRun();
    write(path(run), good().packed());
    post("/api/v1/test-runs/" + run + "/finish", "{}");
    assertThat(write(path(run), good().sample("k6_a", 1, now).packed()).status()).isEqualTo(204);
    jdbc.sql("update run_head set finished_at = finished_at - interval '1 hour' where test_run_id = ?")
        .param(Long.parseLong(run)).update();
    Answer late = write(path(run), good().sample("k6_b", 1, now).packed());
    assertThat(late.status()).isEqualTo(409);
    assertThat(late.at("/detail")).contains("was finished at");
  }
}
