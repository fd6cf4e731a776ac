package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OutflowTest {
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final FakePrometheus receiver = new FakePrometheus(InstantSource.system(), 0);
  private final RefusalNotes refusals = new RefusalNotes();
  private final Outflow outflow = new Outflow(
      new RemoteWriteConfig(receiver.uri(), new Credentials.None(), new Amendment.Refused()), 1, 1 << 20, http,
      refusals, new WallClock(), Thread.ofVirtual().factory());
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Watch watch = new Watch(outflow, new WallClock(), new PrintStream(said, true, StandardCharsets.UTF_8),
      false);
  private int number;

  @AfterEach
  void close() {
    outflow.close();
    receiver.close();
    http.close();
  }

  private void send(String... series) {
    for (String one : series) {
      outflow.submit(new Step(0, 0, number++, new Batch(System.currentTimeMillis() - 100_000 + number,
          new Series[]{new Series(one, Labels.NONE)}, new double[]{number})));
    }
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
  void what_is_refused_and_what_has_no_more_time_is_counted_apart() {
    receiver.poison("a");
    send("a", "b");
    outflow.drain(Duration.ofSeconds(30));
    receiver.faults(() -> Fault.LOST);
    send("b", "b");
    outflow.drain(Duration.ZERO);

    assertThat(outflow.points()).isEqualTo(new Outflow.Points(1, 1, 2));
    assertThat(refusals.reasons()).isEqualTo("HTTP 400: poison, first of a");
    assertThat(outflow.lastError()).isNotNull();
  }

  @Test
  void a_failure_is_told_once_and_its_end_too() {
    receiver.faults(() -> Fault.BUSY);
    send("a");
    await().until(() -> outflow.lastError() != null);
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
