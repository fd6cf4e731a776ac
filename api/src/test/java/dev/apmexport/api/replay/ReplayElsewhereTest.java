package dev.apmexport.api.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.run.ReplayExports;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Replays to another destination than the run's own. */
class ReplayElsewhereTest extends WithReplays {
  private static final String THERE = block("https://there.example.com/w", "\"outOfOrder\":\"30m\"").replace("canary-1",
      "canary-3");

  @Autowired
  private Replays replays;
  @Autowired
  private RunExportRepository exports;

  @Test
  void what_the_destination_does_not_say_is_as_in_the_runs_own_block() {
    JsonNode made = block(elsewhere("everything", 0, THERE));

    assertThat(made.path("remoteWriteURL").asString()).isEqualTo("https://there.example.com/w");
    assertThat(made.path("outOfOrder").asString()).isEqualTo("30m");
    assertThat(made.path("resampleRate").asInt()).isEqualTo(6);
    assertThat(StreamSupport.stream(made.path("metrics").spliterator(), false).map(JsonNode::asString))
        .containsExactly("checks", "my_errors");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"metrics\":[\"iterations\"],\"resample_rate\":2", "\"export_metrics\":[\"iterations\"],"
      + "\"resampleRate\":2", "\"preset\":\"grafana-19665\",\"resampleRate\":2"})
  void what_the_destination_says_holds_in_either_dialect(String more) {
    JsonNode made = block(elsewhere("everything", 0, block("https://there.example.com/w", more)));

    assertThat(made.toString()).doesNotContain("my_errors").containsPattern("resample_?[rR]ate\":2");
  }

  @Test
  void another_kind_of_destination_takes_over_the_metrics() {
    JsonNode made = block(elsewhere("everything", 0, "{\"provider\":\"datadog\",\"apiKey\":\"0123456789abcdef\"}"));

    assertThat(made.path("provider").asString()).isEqualTo("datadog");
    assertThat(made.toString()).contains("my_errors").doesNotContain("0123456789abcdef");
  }

  @Test
  void a_preset_that_the_other_kind_does_not_have_is_told() {
    run = ended("{\"cloud\":{\"apm\":[" + block("https://one.example.com/w", "\"preset\":\"grafana-19665\"") + "]}}");

    Answer refused = elsewhere("everything", 0, "{\"provider\":\"datadog\",\"apiKey\":\"0123456789abcdef\"}");
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.at("/problems/0/message")).contains("grafana-19665", "name metrics or another preset");
  }

  @Test
  void all_mistakes_of_the_block_are_told_where_they_stand() {
    Answer refused = elsewhere("everything", 0, "{\"provider\":\"promteheus\",\"credentials\":{\"token\":\"canary-4\","
        + "\"username\":\"canary-5\"},\"resampleRate\":11}");

    assertThat(refused.status()).isEqualTo(422);
    assertThat(StreamSupport.stream(refused.json().path("problems").spliterator(), false)
        .map(problem -> problem.path("path").asString())).contains("destination.provider", "destination.resampleRate",
            "destination.remoteWriteURL", "destination.credentials");
    assertThat(refused.text()).doesNotContain("canary");
  }

  @Test
  void its_secrets_are_shown_nowhere() {
    Answer asked = elsewhere("everything", 0, THERE);

    assertThat(asked.text() + get(REPLAYS).text() + get("/api/v1/test-runs/" + run).text()).doesNotContain("canary");
    for (String table : new String[]{"export", "replay", "replay_part", "audit_entry"}) {
      assertThat(jdbc.sql("select coalesce(string_agg(t::text, ' '), '') from " + table + " t").query(String.class)
          .single()).as(table).doesNotContain("canary");
    }
    assertThat(secretsOf(asked.at("/id"))).isEqualTo(1);
  }

  @Test
  void several_exports_need_to_be_chosen_from() {
    Answer refused = ask("everything", ",\"destination\":" + THERE);

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.at("/problems/0/message")).contains("[0, 1]", "takes the points of one of them");
  }

  @Test
  void a_run_without_exports_needs_a_destination_and_takes_one() {
    run = ended("{}");

    assertThat(ask("everything", "").at("/problems/0/path")).isEqualTo("destination");
    assertThat(ask("everything", ",\"destination\":" + THERE).status()).isEqualTo(202);
  }

  @Test
  void a_run_whose_secrets_were_deleted_is_replayed_where_the_request_brings_some() {
    jdbc.sql("update test_run set secrets = 'deleted' where id = ?").param(Long.parseLong(run)).update();
    jdbc.sql("delete from secret where owner in (select 'export/' || id from export where test_run_id = ?)")
        .param(Long.parseLong(run)).update();

    for (String mode : new String[]{"difference", "everything"}) {
      Answer refused = ask(mode, ",\"exportIndex\":0");
      assertThat(refused.status()).isEqualTo(409);
      assertThat(refused.at("/detail")).contains("Export 0", "were deleted", "as the destination");
    }
    assertThat(elsewhere("everything", 0, THERE).status()).isEqualTo(202);
  }

  @Test
  void a_difference_goes_on_with_what_an_earlier_replay_sent_to_the_same_place() {
    String first = elsewhere("everything", 0, THERE).at("/id");
    over(first, "done");
    String second = elsewhere("difference", 0, THERE).at("/id");
    over(second, "done");

    assertThat(exportOf(second)).isEqualTo(exportOf(first));
    assertThat(exportOf(elsewhere("difference", 0, THERE.replace("canary-3", "canary-6")).at("/id")))
        .as("another account").isNotEqualTo(exportOf(first));
  }

  @Test
  void a_difference_begins_anew_where_the_log_has_grown_since_the_earlier_replay() {
    String first = elsewhere("everything", 0, THERE).at("/id");
    over(first, "done");
    jdbc.sql("update run_head set next_seq = next_seq + 1 where test_run_id = ?").param(Long.parseLong(run)).update();

    assertThat(exportOf(elsewhere("difference", 0, THERE).at("/id"))).isNotEqualTo(exportOf(first));
  }

  @ParameterizedTest
  @ValueSource(strings = {"cancelled", "failed"})
  void a_difference_begins_anew_where_the_earlier_replay_did_not_come_to_its_end(String state) {
    String first = elsewhere("everything", 0, THERE).at("/id");
    over(first, state);

    assertThat(exportOf(elsewhere("difference", 0, THERE).at("/id"))).isNotEqualTo(exportOf(first));
  }

  private Answer elsewhere(String mode, int index, String destination) {
    return ask(mode, ",\"exportIndex\":" + index + ",\"destination\":" + destination);
  }

  private void over(String replay, String state) {
    jdbc.sql("update replay_part set state = ?, ended_at = now() where replay_id = ?")
        .params(state, Long.parseLong(replay)).update();
    jdbc.sql(
        "update export set reconciled_seq = (select next_seq from run_head h where h.test_run_id = export.test_run_id) "
            + "where replay_id = ?")
        .param(Long.parseLong(replay)).update();
  }

  private long exportOf(String replay) {
    return replays.find(Long.parseLong(replay)).orElseThrow().parts().getFirst().exportId();
  }

  private JsonNode block(Answer asked) {
    assertThat(asked.status()).as(asked.text()).isEqualTo(202);
    RunExport made = exports.findById(exportOf(asked.at("/id"))).orElseThrow();
    return ReplayExports.written(made);
  }
}
