package dev.apmexport.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.run.TestRun;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresRunFeedTest extends WithStore {
  private TestRun run;
  private PostgresRunFeed feed;

  @BeforeEach
  void begin() {
    run = bareRun();
    feed = log.feed(run.id(), run.createdAt());
  }

  @Test
  void a_run_without_a_push_is_empty() {
    assertThat(feed.head()).isZero();
    assertThat(feed.read(0, 10)).isEmpty();
    assertThat(feed.firstBuckets(0)).isEmpty();
  }

  @Test
  void a_record_is_read_as_it_was_appended() {
    log.append(run.id(), push("payload"));

    LogRecord record = feed.read(0, 10).getFirst();
    assertThat(record.kind()).isEqualTo(LogRecord.Kind.METRIC_SET);
    assertThat(record.firstBucket()).isEqualTo(30);
    assertThat(record.lastBucket()).isEqualTo(33);
    assertThat(record.payload()).isEqualTo("payload".getBytes(StandardCharsets.UTF_8));
    assertThat(Duration.ofMillis(Math.abs(System.currentTimeMillis() - record.receivedAtMillis())))
        .isLessThan(Duration.ofMinutes(1));
  }

  @Test
  void reading_goes_on_after_a_record_and_stops_at_the_limit() {
    for (int i = 1; i <= 5; i++) {
      log.append(run.id(), push("push-" + i));
    }

    assertThat(feed.read(1, 3)).extracting(LogRecord::seq).containsExactly(2L, 3L, 4L);
    assertThat(feed.read(5, 3)).isEmpty();
    assertThat(feed.firstBuckets(3)).containsExactly(30, 30, 30);
    assertThat(feed.head()).isEqualTo(5);
  }

  @Test
  void the_first_buckets_may_be_asked_for_more_often_than_there_are_connections() {
    log.append(run.id(), push("only"));

    for (int i = 0; i < 30; i++) {
      assertThat(feed.firstBuckets(1)).containsExactly(30);
    }
  }

  @Test
  void other_runs_are_not_seen() {
    log.append(bareRun().id(), push("other"));

    assertThat(feed.read(0, 10)).isEmpty();
  }

  @Test
  void idleness_is_counted_from_the_last_push() {
    log.append(run.id(), push("only"));
    assertThat(feed.idleFor()).isLessThan(Duration.ofMinutes(1));
    jdbc.sql("update run_head set last_at = last_at - interval '6 minutes' where test_run_id = ?").param(run.id())
        .update();

    assertThat(feed.idleFor()).isBetween(Duration.ofMinutes(6), Duration.ofMinutes(7));
  }
}
