package dev.apmexport.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.log.MetricLog.Appended;
import dev.apmexport.store.run.TestRun;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

class MetricLogEndTest extends WithStore {
  private static final byte[] OUTCOME = "{\"run_status\":3}".getBytes(StandardCharsets.UTF_8);
  private TestRun run;
  @Autowired
  private RunTraffic traffic;

  @BeforeEach
  void begin() {
    run = bareRun();
    log.append(run.id(), push("first"));
  }

  @Test
  void a_finish_is_the_last_record() {
    assertThat(log.finish(run.id(), true, OUTCOME)).isTrue();

    LogRecord last = records().getLast();
    assertThat(last.kind()).isEqualTo(LogRecord.Kind.FINISH);
    assertThat(last.seq()).isEqualTo(2);
    assertThat(last.payload()).isEqualTo(OUTCOME);
    assertThat(state()).isEqualTo("finishing");
  }

  @Test
  void finishing_again_changes_nothing() {
    log.finish(run.id(), true, OUTCOME);

    assertThat(log.finish(run.id(), true, OUTCOME)).isFalse();
    assertThat(log.finish(run.id(), false, OUTCOME)).isFalse();
    assertThat(records()).hasSize(2);
  }

  @Test
  void an_explicit_finish_counts_after_an_idle_one() {
    assertThat(log.finish(run.id(), false, OUTCOME)).isTrue();
    assertThat(log.finish(run.id(), false, OUTCOME)).isFalse();
    assertThat(log.finish(run.id(), true, OUTCOME)).isTrue();

    assertThat(records()).extracting(LogRecord::kind)
        .containsExactly(LogRecord.Kind.METRIC_SET, LogRecord.Kind.FINISH, LogRecord.Kind.FINISH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"finished", "aborted"})
  void a_run_that_fell_silent_and_is_over_since_is_closed_no_more(String over) {
    log.finish(run.id(), false, OUTCOME);
    jdbc.sql("update test_run set state = ? where id = ?").params(over, run.id()).update();

    assertThat(log.finish(run.id(), true, OUTCOME)).isFalse();
    assertThat(log.stop(run.id(), "tenant", "Wrong target.", OUTCOME, () -> {
      throw new IllegalStateException("nothing is to be noted");
    })).isFalse();
    assertThat(state()).isEqualTo(over);
    assertThat(records()).hasSize(2);
    assertThat(log.feed(run.id(), run.createdAt()).head()).isEqualTo(2);
    assertThat(traffic.stops(List.of(run.id()))).isEmpty();
  }

  @Test
  void a_run_without_a_push_can_be_finished() {
    TestRun empty = bareRun();

    assertThat(log.finish(empty.id(), true, OUTCOME)).isTrue();
    assertThat(log.feed(empty.id(), empty.createdAt()).firstBuckets(1)).containsExactly(Long.MAX_VALUE);
  }

  @Test
  void a_push_is_taken_for_200_seconds_after_the_finish() {
    log.finish(run.id(), true, OUTCOME);
    lastHeardAfterTheEnd("200 seconds");
    assertThat(log.append(run.id(), push("late"))).isEqualTo(new Appended.Added(3, false));
    lastHeardAfterTheEnd("200.000001 seconds");

    assertThat(log.append(run.id(), push("too late"))).isInstanceOf(Appended.Closed.class);
    assertThat(records()).hasSize(3);
    assertThat(log.feed(run.id(), run.createdAt()).head()).isEqualTo(3);
  }

  @Test
  void a_push_that_was_stored_is_repeated_however_late_it_comes_again() {
    log.finish(run.id(), true, OUTCOME);
    finishedEarlier(300);

    assertThat(log.append(run.id(), push("first"))).isEqualTo(new Appended.Repeated(1));
  }

  @Test
  void a_push_after_an_idle_finish_opens_the_run_again() {
    log.finish(run.id(), false, OUTCOME);
    finishedEarlier(10_000);

    assertThat(log.append(run.id(), push("back"))).isEqualTo(new Appended.Added(3, true));
    assertThat(state()).isEqualTo("running");
    assertThat(log.append(run.id(), push("more"))).isEqualTo(new Appended.Added(4, false));
    assertThat(log.finish(run.id(), false, OUTCOME)).isTrue();
  }

  @Test
  void a_stopped_run_takes_nothing_any_more() {
    List<String> noted = new ArrayList<>();
    assertThat(log.stop(run.id(), "tenant", "Wrong target.", OUTCOME, () -> noted.add("first"))).isTrue();
    assertThat(log.stop(run.id(), "operator", "Again.", OUTCOME, () -> noted.add("second"))).isFalse();

    assertThat(noted).containsExactly("first");
    assertThat(log.append(run.id(), push("next"))).isEqualTo(new Appended.Stopped("Wrong target."));
    assertThat(log.append(run.id(), push("first"))).isEqualTo(new Appended.Stopped("Wrong target."));
    assertThat(log.finish(run.id(), true, OUTCOME)).isFalse();
    assertThat(log.finish(run.id(), false, OUTCOME)).isFalse();
    assertThat(records()).hasSize(2);
    assertThat(traffic.stops(List.of(run.id(), 7L)).get(run.id()).by()).isEqualTo("tenant");
  }

  @Test
  void a_stop_that_cannot_be_noted_is_none() {
    assertThatThrownBy(() -> log.stop(run.id(), "tenant", "Wrong target.", OUTCOME, () -> {
      throw new IllegalStateException("no audit log");
    })).isInstanceOf(IllegalStateException.class);

    assertThat(log.append(run.id(), push("next"))).isEqualTo(new Appended.Added(2, false));
    assertThat(traffic.stops(List.of(run.id()))).isEmpty();
  }

  @Test
  void bytes_are_counted_exactly_and_what_would_be_too_many_is_not_taken() {
    int size = push("first").payload().length + push("second").payload().length;
    jdbc.sql("update run_head set bytes_limit = ? where test_run_id = ?").params(size, run.id()).update();
    log.append(run.id(), push("second"));
    log.append(run.id(), push("second"));

    assertThat(log.append(run.id(), push("third"))).isEqualTo(new Appended.TooMuch(size));
    assertThat(log.append(run.id(), push("second"))).isEqualTo(new Appended.Repeated(2));
    assertThat(jdbc.sql("select bytes from run_head where test_run_id = ?").param(run.id()).query(Integer.class)
        .single()).isEqualTo(size);
    assertThat(records()).hasSize(2);
  }

  @Test
  void every_load_generator_is_told_with_its_pushes() {
    log.append(run.id(), of("lg-2", "a"));
    log.append(run.id(), of("lg-1", "a"));
    log.append(run.id(), of("lg-1", "a"));
    log.append(run.id(), of("lg-1", "b"));
    log.finish(run.id(), true, OUTCOME);

    List<RunTraffic.Generator> generators = traffic.generators(run.id());
    assertThat(generators).extracting(RunTraffic.Generator::name).containsExactly("", "lg-1", "lg-2");
    assertThat(generators).extracting(RunTraffic.Generator::pushes).containsExactly(1L, 2L, 1L);
    assertThat(generators.get(1).lastReceivedAt().toEpochMilli()).isEqualTo(records().get(3).receivedAtMillis());
  }

  @Test
  void a_push_of_one_load_generator_too_many_leaves_nothing() {
    jdbc.sql("insert into load_generator select ?, 'lg-' || n, 1, now() from generate_series(2, 10000) n")
        .param(run.id()).update();

    assertThat(log.append(run.id(), of("lg-10001", "a"))).isEqualTo(new Appended.TooMany());
    assertThat(log.append(run.id(), of("lg-10000", "a"))).isEqualTo(new Appended.Added(2, false));
    assertThat(log.append(run.id(), of("", "second"))).isEqualTo(new Appended.Added(3, false));
    assertThat(records()).hasSize(3);
    assertThat(jdbc.sql("select count(*) from push_key where test_run_id = ?").param(run.id()).query(Integer.class)
        .single()).isEqualTo(3);
  }

  @Test
  void a_refused_push_to_a_stopped_run_tells_that_its_sender_is_not_silent() {
    Duration silence = Duration.ofMinutes(5);
    assertThat(traffic.isStoppedAndHeard(run.id(), silence)).isFalse();
    log.stop(run.id(), "tenant", "Wrong target.", OUTCOME, () -> {});
    assertThat(traffic.isStoppedAndHeard(run.id(), silence)).isTrue();
    jdbc.sql("update run_head set last_at = last_at - interval '301 seconds' where test_run_id = ?").param(run.id())
        .update();
    assertThat(traffic.isStoppedAndHeard(run.id(), silence)).isFalse();

    log.append(run.id(), push("next"));
    assertThat(traffic.isStoppedAndHeard(run.id(), silence)).isTrue();
  }

  private static MetricLog.Entry of(String instance, String key) {
    MetricLog.Entry entry = push(key);
    return new MetricLog.Entry(entry.kind(), instance, key, entry.keyFor(), entry.firstBucket(), entry.lastBucket(),
        entry.payload());
  }

  private List<LogRecord> records() {
    return log.feed(run.id(), run.createdAt()).read(0, 1_000);
  }

  private String state() {
    return jdbc.sql("select state from test_run where id = ?").param(run.id()).query(String.class).single();
  }

  /** The time of the log does not go back, so what is appended next comes then. */
  private void lastHeardAfterTheEnd(String after) {
    jdbc.sql("update run_head set last_at = finished_at + ?::interval where test_run_id = ?").params(after, run.id())
        .update();
  }

  private void finishedEarlier(int seconds) {
    jdbc.sql("update run_head set finished_at = finished_at - ? * interval '1 second' where test_run_id = ?")
        .params(seconds, run.id()).update();
  }
}
