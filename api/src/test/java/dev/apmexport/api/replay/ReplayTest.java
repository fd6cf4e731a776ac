package dev.apmexport.api.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ReplayTest extends WithReplays {
  @Test
  void a_replay_of_all_exports_is_queued_and_shown_with_the_names_of_the_contract() {
    Answer asked = ask("difference", ",\"dryRun\":true,\"from\":\"2026-01-31T10:00:00+01:00\"");

    assertThat(asked.status()).as(asked.text()).isEqualTo(202);
    assertThat(asked.json().propertyNames()).containsExactlyInAnyOrder("id", "testRunId", "mode", "dryRun",
        "newDestination", "from", "to", "state", "cancelling", "createdBy", "createdAt", "startedAt", "endedAt",
        "parts");
    assertThat(asked.at("/state")).isEqualTo("queued");
    assertThat(asked.at("/from")).isEqualTo("2026-01-31T09:00:00Z");
    assertThat(asked.at("/testRunId")).isEqualTo(run);
    assertThat(asked.json().path("parts").size()).isEqualTo(2);
    assertThat(asked.json().at("/parts/1").propertyNames()).containsExactlyInAnyOrder("exportIndex", "provider",
        "state", "steps", "stepsDone", "pointsSent", "pointsRefused", "pointsPerSecond", "secondsLeft", "lastError",
        "report", "survey", "startedAt", "endedAt");
    assertThat(get(REPLAYS + "/" + asked.at("/id")).json()).isEqualTo(asked.json());
  }

  @Test
  void the_runs_own_exports_are_shown_as_before() {
    JsonNode before = get("/api/v1/test-runs/" + run).json();
    assertThat(ask("everything", ",\"exportIndex\":0").status()).isEqualTo(202);

    assertThat(get("/api/v1/test-runs/" + run).json()).isEqualTo(before);
  }

  @Test
  void all_faults_of_a_request_are_told_at_once() {
    Answer refused = post(REPLAYS, "{\"testRunId\":\"x\",\"exportIndex\":-1,\"from\":\"soon\",\"dryRun\":1,"
        + "\"destination\":[\"canary-2\"],\"colour\":\"red\"}");

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("problems").valueStream().map(problem -> problem.path("path").asString()))
        .containsExactlyInAnyOrder("testRunId", "mode", "exportIndex", "from", "dryRun", "destination", "colour");
    assertThat(refused.text()).doesNotContain("canary");
    assertThat(ask("difference", ",\"from\":\"+999999999-01-01T00:00:00Z\"").at("/detail"))
        .contains("from: must be a time such as");
    assertThat(ask("all", "").at("/detail")).contains("difference", "everything", "all");
    assertThat(ask("difference", ",\"from\":\"2026-01-31T10:00:00Z\",\"to\":\"2026-01-31T10:00:00Z\"").at("/detail"))
        .contains("to: must be after from.");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "test_run set state = 'running' where id|is running and can be replayed when it has ended",
      "export set state = 'reconciling' where index = 0 and test_run_id|every export of it is done"})
  void a_run_that_is_not_over_is_refused(String change, String why) {
    jdbc.sql("update test_run set state = 'finishing' where id = ?").param(Long.parseLong(run)).update();
    jdbc.sql("update " + change + " = ?").param(Long.parseLong(run)).update();
    jdbc.sql("update run_head set finish = case (select state from test_run where id = test_run_id) when 'running' "
        + "then null else finish end where test_run_id = ?").param(Long.parseLong(run)).update();

    Answer refused = ask("difference", "");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.at("/detail")).contains("Run " + run, why);
  }

  @Test
  void a_run_that_is_not_called_finished_yet_but_whose_exports_are_all_done_is_taken() {
    jdbc.sql("update test_run set state = 'finishing' where id = ?").param(Long.parseLong(run)).update();

    assertThat(ask("difference", "").status()).isEqualTo(202);
  }

  @Test
  void a_log_that_is_no_longer_kept_is_gone_and_the_answer_says_since_when() {
    jdbc.sql("update test_run set log_dropped_at = '2026-01-31T10:00:00Z' where id = ?").param(Long.parseLong(run))
        .update();

    Answer refused = ask("difference", "");
    assertThat(refused.status()).isEqualTo(410);
    assertThat(refused.at("/detail")).contains("2026-01-31T10:00:00Z", "APM_WORKER_KEEPLOG");
  }

  @Test
  void a_run_without_data_has_nothing_to_replay() {
    jdbc.sql("delete from metric_log where test_run_id = ?").param(Long.parseLong(run)).update();

    assertThat(ask("difference", "").status()).isEqualTo(410);
  }

  @Test
  void an_export_that_the_run_does_not_have_is_named_with_those_it_has() {
    Answer refused = ask("difference", ",\"exportIndex\":2");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.at("/problems/0/path")).isEqualTo("exportIndex");
    assertThat(refused.at("/problems/0/message")).contains("is 2", "[0, 1]");
  }

  @Test
  void a_plan_without_exports_has_no_replays() {
    jdbc.sql("update tenant set plan = 'free' where id = ?").param(us.value()).update();

    Answer refused = ask("difference", "");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.at("/detail")).contains("The plan \"free\" has no exports");
  }

  @Test
  void an_export_is_replayed_once_at_a_time() {
    String first = ask("difference", ",\"exportIndex\":0").at("/id");

    Answer refused = ask("everything", ",\"exportIndex\":0");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.at("/detail")).contains("Replay " + first, "/api/v1/replays/" + first + "/cancel");
    assertThat(ask("difference", ",\"exportIndex\":1").status()).isEqualTo(202);
  }

  @Test
  void a_tenant_has_two_replays_at_a_time() {
    String other = ended("{\"cloud\":{\"apm\":[" + BLOCK + "]}}");
    String one = ask("difference", ",\"exportIndex\":0").at("/id");
    String two = ask("difference", ",\"exportIndex\":1").at("/id");

    run = other;
    Answer refused = ask("difference", "");
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.at("/detail")).contains("2 replays at a time", one, two);
  }

  @Test
  void whoever_asks_too_often_is_told_when_to_come_back() {
    Answer last = ask("difference", "");
    for (int i = 0; i < 10; i++) {
      last = ask("difference", "");
    }
    assertThat(last.status()).isEqualTo(429);
    assertThat(last.at("/detail")).contains("At most 10 requests for a replay are answered in 60 s");
  }

  @Test
  void replays_are_listed_page_by_page_the_newest_first() {
    List<String> made = new ArrayList<>();
    for (int index = 0; index < 2; index++) {
      made.addFirst(ask("difference", ",\"exportIndex\":" + index).at("/id"));
    }
    Answer page = get(REPLAYS + "?limit=1");
    assertThat(page.at("/items/0/id")).isEqualTo(made.getFirst());
    assertThat(get(REPLAYS + "?limit=1&before=" + page.at("/next")).at("/items/0/id")).isEqualTo(made.get(1));
    assertThat(get(REPLAYS + "?testRunId=" + run).json().path("items").size()).isEqualTo(2);
    assertThat(get(REPLAYS + "?testRunId=1").json().path("items").size()).isZero();
  }

  @Test
  void a_replay_that_waits_is_cancelled_at_once_and_its_secrets_go() {
    String replay = ask("everything", ",\"exportIndex\":0").at("/id");
    assertThat(secretsOf(replay)).isEqualTo(1);

    Answer cancelled = post(REPLAYS + "/" + replay + "/cancel", "");
    assertThat(cancelled.status()).isEqualTo(202);
    assertThat(cancelled.at("/state")).isEqualTo("cancelled");
    assertThat(secretsOf(replay)).isZero();
    assertThat(post(REPLAYS + "/" + replay + "/cancel", "").json()).isEqualTo(cancelled.json());
    assertThat(ask("everything", ",\"exportIndex\":0").status()).isEqualTo(202);
  }
}
