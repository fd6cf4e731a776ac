package dev.apmexport.exporter.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every log must do for those who read it. A test of one says how a run's log is made and written. */
public interface RunFeedContract {
  long BUCKET = 1_700_000_000;

  /** The log of a new run, to which the other methods then refer. */
  RunFeed newRun();

  /**
   * Appends a push to it.
   *
   * @param lastBucket as the push says itself; it begins at {@link #BUCKET}
   * @return the push's number
   */
  long append(String key, Duration keyFor, String instance, long lastBucket, byte[] payload);

  /** Closes the run. */
  void finish();

  private long append(String key, int buckets) {
    return append(key, Duration.ofHours(24), "load-1", BUCKET + buckets - 1, push(buckets));
  }

  private static byte[] push(int buckets) {
    MetricSets push = new MetricSets(1);
    for (int i = 0; i < buckets; i++) {
      push.counter("http_reqs", Labels.NONE, BUCKET + i, 1);
    }
    return push.packed();
  }

  @Test
  default void a_new_run_has_an_empty_log() {
    RunFeed feed = newRun();
    assertThat(feed.head()).isZero();
    assertThat(feed.read(0, 10)).isEmpty();
    assertThat(feed.firstBuckets(0)).isEmpty();
  }

  @Test
  default void a_record_is_read_as_it_was_appended() {
    RunFeed feed = newRun();
    append("one", 3);
    LogRecord record = feed.read(0, 10).getFirst();
    assertThat(record.seq()).isOne();
    assertThat(record.kind()).isEqualTo(LogRecord.Kind.METRIC_SET);
    assertThat(record.instance()).isEqualTo("load-1");
    assertThat(List.of(record.firstBucket(), record.lastBucket())).containsExactly(BUCKET, BUCKET + 2);
    assertThat(record.payload()).isEqualTo(push(3));
  }

  @Test
  default void reading_goes_on_after_a_record_and_stops_at_the_limit() {
    RunFeed feed = newRun();
    for (int i = 1; i <= 5; i++) {
      assertThat(append("push-" + i, i)).isEqualTo(i);
    }
    assertThat(feed.read(1, 3)).extracting(LogRecord::seq).containsExactly(2L, 3L, 4L);
    assertThat(feed.read(4, 3)).extracting(LogRecord::seq).containsExactly(5L);
    assertThat(feed.read(5, 3)).isEmpty();
    assertThat(feed.firstBuckets(3)).containsExactly(BUCKET, BUCKET, BUCKET);
    assertThat(feed.head()).isEqualTo(5);
  }

  @Test
  default void received_times_never_go_back() {
    RunFeed feed = newRun();
    for (int i = 1; i <= 5; i++) {
      append("push-" + i, i);
    }
    assertThat(feed.read(0, 10)).extracting(LogRecord::receivedAtMillis).isSorted();
  }

  @Test
  default void a_push_that_comes_again_with_its_key_is_not_appended_again() {
    RunFeed feed = newRun();
    append("one", 1);
    assertThat(append("two", 2)).isEqualTo(2);
    assertThat(append("one", 1)).isOne();
    assertThat(feed.head()).isEqualTo(2);
  }

  @Test
  default void the_same_bytes_with_another_key_are_another_push() {
    RunFeed feed = newRun();
    append("one", 1);
    assertThat(append("two", 1)).isEqualTo(2);
    assertThat(feed.read(0, 10)).hasSize(2);
  }

  @Test
  default void a_key_stands_for_its_push_only_for_its_time() {
    newRun();
    append("one", Duration.ZERO, "", BUCKET, push(1));
    assertThat(append("one", 1)).isEqualTo(2);
  }

  @Test
  default void the_end_is_a_record_without_buckets() {
    RunFeed feed = newRun();
    append("one", 1);
    finish();
    LogRecord end = feed.read(1, 10).getFirst();
    assertThat(end.seq()).isEqualTo(2);
    assertThat(end.kind()).isEqualTo(LogRecord.Kind.FINISH);
    assertThat(List.of(end.firstBucket(), end.lastBucket())).containsExactly(Long.MAX_VALUE, Long.MIN_VALUE);
    assertThat(feed.firstBuckets(2)).containsExactly(BUCKET, Long.MAX_VALUE);
    assertThat(feed.head()).isEqualTo(2);
  }

  @Test
  default void a_push_after_the_end_follows_it() {
    RunFeed feed = newRun();
    append("one", 1);
    finish();
    assertThat(append("late", 2)).isEqualTo(3);
    assertThat(feed.read(2, 10)).extracting(LogRecord::kind).containsExactly(LogRecord.Kind.METRIC_SET);
  }
}
