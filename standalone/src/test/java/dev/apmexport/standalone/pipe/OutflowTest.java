package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On virtual time, which stands still while a request is under way. */
@Timeout(120)
class OutflowTest {
  private static final long NOW = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

  private final VirtualTimeline time = new VirtualTimeline(NOW);
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final FakePrometheus receiver = new FakePrometheus(time, 0);
  private final RefusalNotes refusals = new RefusalNotes();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private final Outflow outflow = outflow(receiver.uri());
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Watch watch = new Watch(outflow, time, new PrintStream(said, true, StandardCharsets.UTF_8),
      false);
  private int number;

  @AfterEach
  void close() {
    outflow.close();
    receiver.close();
    http.close();
  }

  private Outflow outflow(URI uri) {
    return new Outflow(new RemoteWriteConfig(uri, new Credentials.None(), new Amendment.Refused()), 2, 1 << 20, http,
        refusals, time, task -> {
          Thread thread = time.threads().newThread(task);
          threads.add(thread);
          return thread;
        });
  }

  private void send(String... series) {
    for (String one : series) {
      outflow.submit(step(0, one, -100_000 + number));
    }
  }

  private Step step(int shard, String series, long inMillis) {
    return new Step(0, shard, number++, new Batch(time.millis() + inMillis,
        new Series[]{new Series(series, Labels.NONE)}, new double[]{number}));
  }

  @Test
  void all_that_was_handed_in_is_sent_before_the_drain_ends() {
    for (int i = 0; i < 100; i++) {
      send("a", "b", "c");
    }
    outflow.drain(Duration.ofSeconds(30));

    assertThat(outflow.points()).isEqualTo(new Outflow.Points(300, 0, 0));
    assertThat(receiver.points()).isEqualTo(300);
    assertThat(receiver.violations()).isEmpty();
    watch.look();
    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void what_is_refused_and_what_has_no_more_time_is_counted_apart() throws InterruptedException {
    receiver.poison("a");
    send("a", "b");
    time.until(() -> outflow.waiting() == 0);
    receiver.faults(() -> Fault.LOST);
    send("b", "b");
    outflow.drain(Duration.ZERO);

    assertThat(outflow.points()).isEqualTo(new Outflow.Points(1, 1, 2));
    assertThat(refusals.reasons()).isEqualTo("HTTP 400: poison, first of a");
    assertThat(outflow.lastError()).isNotNull();
  }

  @Test
  void a_refused_point_does_not_silence_its_series() throws InterruptedException {
    receiver.poison("a");
    send("a");
    time.until(() -> outflow.points().refused() == 1);
    receiver.poison("");
    send("a", "a");
    outflow.drain(Duration.ofSeconds(30));

    assertThat(outflow.points()).isEqualTo(new Outflow.Points(2, 1, 0));
    assertThat(receiver.points()).isEqualTo(2);
  }

  @Test
  void a_lane_that_has_to_wait_longer_than_the_drain_does_not_end_it_for_the_others() throws InterruptedException {
    try (var server = new LoopbackServer(); Outflow two = outflow(server.uri("/w"))) {
      server.answer(LoopbackServer.Answer.of(429, "slow down", "Retry-After: 60"));
      two.submit(step(0, "a", -1_000));
      time.until(() -> two.lastError() != null);
      server.answer(LoopbackServer.Answer.of(204));
      two.submit(step(1, "b", 2_500));
      two.drain(Duration.ofSeconds(20));

      assertThat(two.points()).isEqualTo(new Outflow.Points(1, 0, 1));
    }
  }

  @Test
  void the_drain_begins_when_the_last_window_may_be_sent() {
    outflow.submit(step(0, "a", 1_500));
    outflow.drain(Duration.ofMillis(500));

    assertThat(outflow.points()).isEqualTo(new Outflow.Points(1, 0, 0));
    assertThat(receiver.violations()).isEmpty();
  }

  @Test
  void a_drain_that_is_broken_off_ends_at_once() {
    receiver.faults(() -> Fault.LOST);
    send("a", "b");
    outflow.breakOff();
    outflow.drain(Duration.ofHours(1));

    assertThat(outflow.points()).isEqualTo(new Outflow.Points(0, 0, 2));
  }

  @Test
  void after_the_drain_nothing_is_sent_any_more_and_the_numbers_add_up_for_good() throws InterruptedException {
    receiver.poison("bad");
    send("bad", "a", "b");
    time.until(() -> outflow.waiting() == 0);
    receiver.faults(() -> Fault.LOST);
    for (int i = 0; i < 100; i++) {
      send("a", "bad", "c");
    }
    outflow.drain(Duration.ZERO);
    Outflow.Points points = outflow.points();
    receiver.faults(() -> Fault.NONE);
    time.until(() -> threads.stream().noneMatch(Thread::isAlive));

    assertThat(points.sent() + points.refused() + points.notSent()).isEqualTo(303);
    assertThat(points).isEqualTo(new Outflow.Points(2, 1, 300)).isEqualTo(outflow.points());
    assertThat(receiver.points()).isEqualTo(points.sent());
  }

  @Test
  void of_refused_points_it_is_not_told_that_they_are_tried_again() throws InterruptedException {
    receiver.poison("a");
    send("a");
    time.until(() -> outflow.points().refused() == 1);
    outflow.submit(step(0, "b", 600_000));
    watch.look();
    watch.look();

    assertThat(said.toString(StandardCharsets.UTF_8))
        .isEqualTo("The destination says: HTTP 400: poison. What it refuses is left out.%n".formatted());
  }

  @Test
  void a_failure_is_told_once_and_its_end_too() throws InterruptedException {
    receiver.faults(() -> Fault.BUSY);
    send("a");
    time.until(() -> outflow.lastError() != null);
    watch.look();
    watch.look();
    assertThat(said.toString(StandardCharsets.UTF_8)).isEqualTo(
        "The destination says: HTTP 503: busy. It is tried again. 1 points wait.%n".formatted());
    receiver.faults(() -> Fault.NONE);
    outflow.drain(Duration.ofSeconds(30));
    watch.look();

    assertThat(said.toString(StandardCharsets.UTF_8)).endsWith("The destination takes points again.%n".formatted());
  }
}
