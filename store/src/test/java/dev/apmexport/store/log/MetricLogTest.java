package dev.apmexport.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.log.MetricLog.Appended;
import dev.apmexport.store.run.TestRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricLogTest extends WithStore {
  private static final int WRITERS = 8;
  private static final int PUSHES = 25;
  private TestRun run;

  @BeforeEach
  void begin() {
    run = bareRun();
  }

  @Test
  void concurrent_writers_leave_no_gap_and_a_reader_never_sees_one() throws Exception {
    PostgresRunFeed feed = log.feed(run.id(), run.createdAt());
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<?>> done = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String name = "writer-" + writer + "-";
        done.add(writers.submit(() -> LongStream.range(0, PUSHES).forEach(n -> log.append(run.id(), push(name + n)))));
      }
      long seen = 0;
      while (seen < WRITERS * PUSHES) {
        List<Long> numbers = feed.read(0, 1_000).stream().map(LogRecord::seq).toList();
        assertThat(numbers).isEqualTo(LongStream.rangeClosed(1, numbers.size()).boxed().toList());
        assertThat((long) numbers.size()).isGreaterThanOrEqualTo(seen);
        seen = numbers.size();
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    assertThat(feed.head()).isEqualTo(WRITERS * PUSHES);
    assertThat(feed.read(0, 1_000)).extracting(LogRecord::receivedAtMillis).isSorted();
  }

  @Test
  void the_same_key_again_is_one_record() {
    assertThat(log.append(run.id(), push("key"))).isEqualTo(new Appended.Added(1, true));
    assertThat(log.append(run.id(), push("other"))).isEqualTo(new Appended.Added(2, false));
    assertThat(log.append(run.id(), push("key"))).isEqualTo(new Appended.Repeated(1));

    assertThat(log.append(run.id(), push("next"))).isEqualTo(new Appended.Added(3, false));
  }

  @Test
  void the_same_key_from_several_threads_is_one_record() throws Exception {
    List<Appended> answers = new ArrayList<>();
    try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
      List<Future<Appended>> asked = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        asked.add(writers.submit(() -> log.append(run.id(), push("key"))));
      }
      for (Future<Appended> one : asked) {
        answers.add(one.get());
      }
    }
    assertThat(answers).filteredOn(Appended.Added.class::isInstance).hasSize(1);
    assertThat(answers).filteredOn(Appended.Repeated.class::isInstance).containsOnly(new Appended.Repeated(1));
    assertThat(records()).hasSize(1);
  }

  @Test
  void the_same_key_of_another_run_is_another_record() {
    TestRun other = bareRun();
    log.append(run.id(), push("key"));

    assertThat(log.append(other.id(), push("key"))).isEqualTo(new Appended.Added(1, true));
  }

  @Test
  void a_key_counts_as_new_after_its_time() {
    Duration fiveMinutes = Duration.ofMinutes(5);
    log.append(run.id(), push("sha256:1", fiveMinutes));
    age("4 minutes");
    assertThat(log.append(run.id(), push("sha256:1", fiveMinutes))).isEqualTo(new Appended.Repeated(1));
    age("61 seconds");

    assertThat(log.append(run.id(), push("sha256:1", fiveMinutes))).isEqualTo(new Appended.Added(2, false));
    assertThat(log.append(run.id(), push("sha256:1", fiveMinutes))).isEqualTo(new Appended.Repeated(2));
  }

  @Test
  void time_never_goes_back_although_the_clock_does() {
    log.append(run.id(), push("before"));
    jdbc.sql("update run_head set last_at = clock_timestamp() + interval '2 minutes' where test_run_id = ?")
        .param(run.id())
        .update();
    log.append(run.id(), push("now"));
    log.append(run.id(), push("later"));

    assertThat(records()).extracting(LogRecord::receivedAtMillis).isSorted();
    assertThat(records().get(2).receivedAtMillis()).isEqualTo(records().get(1).receivedAtMillis());
  }

  @Test
  void an_append_makes_the_partition_it_needs() {
    jdbc.sql("select relid::text from pg_partition_tree('metric_log') where isleaf").query(String.class).list()
        .forEach(partition -> jdbc.sql("drop table " + partition).update());

    assertThat(log.append(run.id(), push("first"))).isEqualTo(new Appended.Added(1, true));
    assertThat(records()).hasSize(1);
  }

  private List<LogRecord> records() {
    return log.feed(run.id(), run.createdAt()).read(0, 1_000);
  }

  private void age(String by) {
    jdbc.sql("update push_key set created_at = created_at - ?::interval where test_run_id = ?").params(by, run.id())
        .update();
  }
}
