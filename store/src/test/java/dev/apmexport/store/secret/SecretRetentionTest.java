package dev.apmexport.store.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.store.WithStore;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.Runs;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

class SecretRetentionTest extends WithStore {
  private static final String APM = "'apm': [{'provider': 'prometheus', 'credentials': {'token': 'canary'},"
      + "'remoteWriteURL': 'https://prometheus.example.com/write'}]";
  private static final Duration WEEK = Duration.ofDays(7);

  @Autowired
  private SecretRetention retention;
  @Autowired
  private PlatformTransactionManager transactions;

  @ParameterizedTest
  @ValueSource(strings = {"{'cloud': {'deleteSensitiveData': true, " + APM + "}}",
      "{'ext': {'loadimpact': {'deleteSensitiveData': true, " + APM + "}}}",
      "{'cloud': {" + APM + "}, 'ext': {'loadimpact': {'deleteSensitiveData': true}}}"})
  void they_go_after_the_second_pass_and_the_time_for_late_pushes_where_that_is_asked_for(String options) {
    Runs.Created run = ended(options, "finished", 201);

    retention.deleteWhereAsked();

    assertThatThrownBy(() -> runs.open(run.exports().getFirst())).isInstanceOf(SecretsUnavailable.class)
        .hasMessageContaining("were deleted");
    assertThat(secrets(run)).isZero();
    assertThat(log.append(run.run().id(), push("late"))).isInstanceOf(MetricLog.Appended.Closed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'cloud': {" + APM + "}}", "{'cloud': {'deleteSensitiveData': false, " + APM + "}}"})
  void without_being_asked_they_stay_as_long_as_the_log(String options) {
    Runs.Created run = ended(options, "finished", WEEK.toSeconds() + 1);
    retention.deleteWhereAsked();
    retention.deleteOlderThan(WEEK);
    assertThat(secrets(run)).as("the log is still there").isEqualTo(1);

    jdbc.sql("delete from metric_log where test_run_id = ?").param(run.run().id()).update();
    retention.deleteOlderThan(WEEK);
    assertThat(secrets(run)).isZero();
  }

  @Test
  void a_run_that_may_still_need_them_keeps_them() {
    String options = "{'cloud': {'deleteSensitiveData': true, " + APM + "}}";
    Runs.Created late = ended(options, "finished", 0);
    Runs.Created finishing = ended(options, "finishing", 300);
    Runs.Created again = ended(options, "finished", 300);
    jdbc.sql("update run_head set next_seq = next_seq + 1 where test_run_id = ?").param(again.run().id()).update();

    new TransactionTemplate(transactions).executeWithoutResult(_ -> { // in one transaction it is always the same time
      jdbc.sql("update run_head set finished_at = now() - interval '200 seconds' where test_run_id = ?")
          .param(late.run().id()).update();
      retention.deleteWhereAsked();
    });

    assertThat(secrets(late)).isEqualTo(1);
    assertThat(secrets(finishing)).isEqualTo(1);
    assertThat(secrets(again)).as("the late push wants another second pass").isEqualTo(1);
  }

  @Test
  void a_run_that_never_began_loses_them_after_the_same_time() {
    Runs.Created run = create("{'cloud': {" + APM + "}}");
    retention.deleteOlderThan(WEEK);
    assertThat(secrets(run)).isEqualTo(1);

    jdbc.sql("update test_run set created_at = now() - interval '8 days' where id = ?").param(run.run().id()).update();
    retention.deleteOlderThan(WEEK);

    assertThat(secrets(run)).isZero();
    assertThat(jdbc.sql("select state from test_run where id = ?").param(run.run().id()).query(String.class).single())
        .isEqualTo("aborted");
  }

  private Runs.Created ended(String options, String state, long secondsAgo) {
    Runs.Created run = create(options);
    long id = run.run().id();
    log.append(id, push("one"));
    log.finish(id, false, new byte[0]);
    jdbc.sql("update test_run set state = ? where id = ?").params(state, id).update();
    jdbc.sql("update export set state = 'done', reconciled_seq = 2 where test_run_id = ?").param(id).update();
    jdbc.sql("update run_head set finished_at = finished_at - ? * interval '1 second' where test_run_id = ?")
        .params(secondsAgo, id).update();
    return run;
  }

  private Runs.Created create(String options) {
    return runs.create(tenant(), "run", null, JsonMapper.shared().readTree(options.replace('\'', '"')));
  }

  private long secrets(Runs.Created run) {
    return jdbc.sql("select count(*) from secret where owner = ?").param("export/" + run.exports().getFirst().id())
        .query(Long.class).single();
  }
}
