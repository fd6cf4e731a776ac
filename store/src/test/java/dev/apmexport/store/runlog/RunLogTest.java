package dev.apmexport.store.runlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.TenantWall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.dao.DataAccessException;

class RunLogTest extends WithStore {
  private static final String BLOCK = """
      {"provider": "prometheus", "remoteWriteURL": "https://example.com/write?key=query-key",
       "credentials": {"username": "tenant7", "password": "pass word"}, "headers": {"X-Scope": "header-value"}}
      """;

  @Autowired
  private RunLog runLog;

  private static LogLine line(long at, String message) {
    return new LogLine(at, "info", null, message);
  }

  private static LogPush push(LogLine... lines) {
    return new LogPush(UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8),
        Arrays.asList(lines), 0);
  }

  private void append(TestRun run, LogPush push) {
    assertThat(runLog.append(run, push, Set.of())).isEmpty();
  }

  private List<String> messages(TestRun run) {
    return runLog.read(run.id(), null, RunLog.MOST_LINES).lines().stream().map(kept -> kept.line().message()).toList();
  }

  private long dropped(TestRun run) {
    return runLog.read(run.id(), null, 1).dropped();
  }

  @Test
  void lines_are_shown_in_the_order_of_their_times() {
    TestRun run = bareRun();
    append(run, push(new LogLine(7, "warning", "console", "seventh"), line(9, "ninth")));
    append(run, push(line(8, "eighth")));

    assertThat(runLog.read(run.id(), null, 10).lines()).extracting(RunLog.Kept::line).containsExactly(
        new LogLine(7, "warning", "console", "seventh"), line(8, "eighth"), line(9, "ninth"));
    assertThat(dropped(run)).isZero();
    assertThat(messages(bareRun())).isEmpty();
  }

  @Test
  void who_has_seen_some_lines_asks_for_those_after() {
    TestRun run = bareRun();
    append(run, push(line(1, "a"), line(2, "b")));
    long seen = runLog.read(run.id(), null, 10).lines().getLast().id();
    append(run, push(line(3, "c")));

    assertThat(runLog.read(run.id(), seen, 10).lines()).extracting(kept -> kept.line().message()).containsExactly("c");
    assertThat(runLog.read(run.id(), null, 2).lines()).extracting(kept -> kept.line().message()).containsExactly("b",
        "c");
  }

  @Test
  void a_push_that_is_sent_again_adds_nothing() {
    TestRun run = bareRun();
    LogPush push = push(line(1, "once"), line(1, "once"));
    append(run, push);
    append(run, push);
    append(run, push(line(1, "once")));

    assertThat(messages(run)).containsExactly("once", "once", "once");
  }

  /** A push whose lines are never to be looked at. */
  private static LogPush unread(LogPush like) {
    return new LogPush(like.body(), new AbstractList<>() {
      @Override
      public LogLine get(int index) {
        throw new AssertionError("line " + index + " was looked at");
      }

      @Override
      public int size() {
        return 1;
      }
    }, 0);
  }

  @Test
  void no_line_is_looked_at_of_a_push_that_is_sent_again_or_comes_too_late() {
    TestRun run = bareRun();
    LogPush push = push(line(1, "once"));
    append(run, push);
    append(run, unread(push));

    log.finish(run.id(), true, ByteString.copyFromUtf8("{}").toByteArray());
    jdbc.sql("update run_head set finished_at = finished_at - interval '201 seconds' where test_run_id = ?")
        .param(run.id()).update();
    assertThat(runLog.append(run, unread(push(line(2, "late"))), Set.of())).isPresent();
  }

  @Test
  void of_lines_that_are_much_longer_than_their_push_so_many_are_looked_at_as_a_run_keeps() {
    TestRun run = bareRun();
    List<LogLine> lines = IntStream.range(0, RunLog.MOST_LINES)
        .mapToObj(i -> new LogLine(i, "l".repeat(100_000), "s".repeat(100_000), "message " + i)).toList();
    append(run, new LogPush(new byte[]{1}, lines, 3));

    assertThat(messages(run)).hasSize(RunLog.MOST_BYTES / (2 * 4_096 + "message 999".length())).endsWith("message 999");
    assertThat(messages(run).size() + dropped(run)).isEqualTo(RunLog.MOST_LINES + 3);
  }

  @Test
  void the_newest_lines_are_kept_and_the_others_counted() {
    TestRun run = bareRun();
    append(run, push(line(1, "first")));
    append(run, push(IntStream.range(0, RunLog.MOST_LINES).mapToObj(i -> line(10 + i, "line " + i))
        .toArray(LogLine[]::new)));
    append(run, push(line(5_000, "last")));

    assertThat(messages(run)).hasSize(RunLog.MOST_LINES).doesNotContain("first", "line 0").contains("line 1", "last");
    assertThat(dropped(run)).isEqualTo(2);

    append(run, new LogPush(new byte[]{1}, List.of(), 40));
    assertThat(dropped(run)).isEqualTo(42);
  }

  @Test
  void a_run_keeps_a_megabyte() {
    TestRun run = bareRun();
    String large = "€".repeat(LinesWithoutSecrets.LONGEST_LINE);
    append(run, push(IntStream.range(0, 200).mapToObj(i -> line(i, large)).toArray(LogLine[]::new)));

    assertThat(messages(run).size()).isEqualTo(RunLog.MOST_BYTES / (3 * LinesWithoutSecrets.LONGEST_LINE));
    assertThat(messages(run).size() + dropped(run)).isEqualTo(200);

    append(run, push(line(200, large), line(201, large)));
    assertThat(messages(run)).hasSize(RunLog.MOST_BYTES / (3 * LinesWithoutSecrets.LONGEST_LINE));
    assertThat(messages(run).size() + dropped(run)).isEqualTo(202);
  }

  @Test
  void a_long_line_is_cut_and_says_so() {
    TestRun run = bareRun();
    append(run,
        push(line(1, "x".repeat(LinesWithoutSecrets.LONGEST_LINE)),
            line(2, "y".repeat(LinesWithoutSecrets.LONGEST_LINE + 1)),
            line(3, "z".repeat(100_000))));

    assertThat(messages(run)).containsExactly("x".repeat(LinesWithoutSecrets.LONGEST_LINE),
        "y".repeat(LinesWithoutSecrets.LONGEST_LINE) + LinesWithoutSecrets.CUT,
        "z".repeat(LinesWithoutSecrets.LONGEST_LINE) + LinesWithoutSecrets.CUT);
  }

  @Test
  void a_line_may_hold_any_character() {
    TestRun run = bareRun();
    append(run, push(new LogLine(1, "in\0fo", "con\0sole", "a\0b \uD800 \uD83D\uDE00 \n\t")));

    assertThat(runLog.read(run.id(), null, 1).lines().getFirst().line())
        .isEqualTo(
            new LogLine(1, "in\uFFFDfo", "con\uFFFDsole", "a\uFFFDb \uD800 \uD83D\uDE00 \n\t".replace('\uD800', '?')));
  }

  @Test
  void the_runs_secrets_and_the_senders_token_are_in_no_line() {
    TestRun run = run(BLOCK).run();
    assertThat(runLog.append(run, push(new LogLine(1, "header-value", "sender's token",
        "posting pass word as tenant7 with query-key and sender's token to https://example.com/write?key=query-key")),
        Set.of("sender's token"))).isEmpty();

    assertThat(runLog.read(run.id(), null, 1).lines().getFirst().line())
        .isEqualTo(new LogLine(1, "***", "***", "posting *** as *** with *** and *** to ***"));
    assertThat(jdbc.sql("select string_agg(l::text, ' ') from run_log l").query(String.class).single())
        .doesNotContain("query-key", "pass word", "header-value", "sender's token");
  }

  @Test
  void a_secret_at_the_place_where_a_line_is_cut_is_hidden() {
    TestRun run = run(BLOCK).run();
    append(run, push(line(1, "x".repeat(LinesWithoutSecrets.LONGEST_LINE - 5) + "query-key" + "y".repeat(10_000))));

    assertThat(messages(run).getFirst()).doesNotContain("quer").contains("***");
  }

  @Test
  void while_the_secrets_do_not_open_lines_are_withheld() {
    Runs.Created created = run(BLOCK);
    jdbc.sql("update secret set ciphertext = '\\x00' where owner = ?")
        .param("export/" + created.exports().getFirst().id())
        .update();
    append(created.run(), push(line(1, "posting pass word")));

    assertThat(messages(created.run())).containsExactly(LinesWithoutSecrets.WITHHELD);
  }

  @Test
  void lines_are_taken_for_a_while_after_the_end_and_then_no_more() {
    TestRun run = bareRun();
    log.finish(run.id(), true, ByteString.copyFromUtf8("{}").toByteArray());
    append(run, push(line(1, "just after")));
    jdbc.sql("update run_head set finished_at = finished_at - interval '201 seconds' where test_run_id = ?")
        .param(run.id()).update();

    assertThat(runLog.append(run, push(line(2, "too late")), Set.of())).isPresent();
    assertThat(messages(run)).containsExactly("just after");
  }

  @Test
  void what_old_runs_logged_is_forgotten() {
    TestRun ended = bareRun();
    TestRun open = bareRun();
    append(ended, push(line(1, "ended")));
    append(open, push(line(1, "open")));
    log.finish(ended.id(), true, ByteString.copyFromUtf8("{}").toByteArray());
    RunLogRetention retention = new RunLogRetention(jdbc);

    retention.deleteOlderThan(Duration.ofHours(1));
    assertThat(messages(ended)).containsExactly("ended");

    jdbc.sql("update run_head set finished_at = finished_at - interval '1 hour' where test_run_id = ?")
        .param(ended.id()).update();
    retention.deleteOlderThan(Duration.ofHours(1));
    assertThat(messages(ended)).isEmpty();
    assertThat(messages(open)).containsExactly("open");
  }

  @Test
  void what_old_runs_logged_is_forgotten_even_if_they_pushed_nothing() {
    TestRun old = bareRun();
    append(old, push(line(1, "old")));
    RunLogRetention retention = new RunLogRetention(jdbc);

    retention.deleteOlderThan(Duration.ofHours(1));
    assertThat(messages(old)).containsExactly("old");

    jdbc.sql("update test_run set created_at = created_at - interval '1 hour' where id = ?").param(old.id()).update();
    retention.deleteOlderThan(Duration.ofHours(1));
    assertThat(messages(old)).isEmpty();
    assertThat(jdbc.sql("select count(*) from run_log_head where test_run_id = ?").param(old.id()).query(Long.class)
        .single()).isZero();
  }

  @Test
  void a_tenant_adds_and_reads_behind_its_wall_and_touches_no_other_tenants_lines() {
    TestRun mine = run(BLOCK).run();
    TestRun other = bareRun();
    TenantWall.within(mine.tenant(), () -> {
      append(mine, push(line(1, "mine query-key")));
      return true;
    });
    append(other, push(line(1, "theirs")));

    assertThat(TenantWall.within(mine.tenant(), () -> messages(mine))).containsExactly("mine ***");
    assertThat(TenantWall.within(mine.tenant(), () -> messages(other))).isEmpty();
    assertThatThrownBy(() -> TenantWall.within(mine.tenant(), () -> runLog.append(other, push(line(2, "x")), Set.of())))
        .isInstanceOf(DataAccessException.class);
  }
}
