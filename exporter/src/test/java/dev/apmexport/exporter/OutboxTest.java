package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class OutboxTest {
  private static final long START = MadeUpRun.START * 1000;

  private final VirtualTimeline time = new VirtualTimeline(START);
  private final RecordedDestination destination = new RecordedDestination();
  private final InMemoryLedger ledger = new InMemoryLedger();
  private final Progress progress = new Progress();
  private final Export export = new Export(0,
      new ExportConfig("prometheus", 1, false, List.of(entry("http_reqs", null, "url")), destination), ledger);
  private final long shards = export.layout().shards();

  /** One that goes by way of a shard. */
  private Series series(long shard) {
    return IntStream.iterate(0, i -> i + 1).mapToObj(i -> new Series("s" + i, Labels.NONE))
        .filter(series -> Long.remainderUnsigned(series.key(), shards) == shard).findFirst().orElseThrow();
  }

  private Outbox open(HttpTransport http, Instant deadline) {
    return new Outbox(export, new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()), ledger.load(), 1,
        deadline, progress);
  }

  @Test
  void a_shard_that_gives_up_takes_no_other_with_it() throws InterruptedException {
    Series asked = series(0);
    Series healthy = series(1);
    destination.rule(batch -> batch.series()[0].equals(asked)
        ? new WriteResult.RetryLater(Cause.BUSY, "in five minutes", Duration.ofSeconds(300))
        : new WriteResult.Accepted());
    try (HttpTransport http = new HttpTransport(EgressPolicy.PUBLIC_ONLY);
        Outbox out = open(http, time.instant().plusSeconds(299))) {
      for (int i = 0; i < 1_000; i++) {
        out.add(new Point(asked, START - 10_000 + i, 1));
        out.add(new Point(healthy, START - 10_000 + i, 1));
        if (i == 10) {
          out.flushPatiently();
          time.sleep(Duration.ofSeconds(1));
        }
      }
      out.drain();
      assertThat(out.isLate()).isTrue();
      assertThat(out.handedOver()).isEqualTo(2_000);
    }
    assertThat(destination.points().get(healthy)).hasSize(1_000);
    assertThat(destination.points()).doesNotContainKey(asked);
    assertThat(progress.accepted()).isEqualTo(1_000);
  }

  @Test
  void it_waits_for_the_slowest_shard_and_is_not_late() throws InterruptedException {
    Series asked = series(0);
    destination.rule(batch -> batch.series()[0].equals(asked) && time.millis() < START + 300_000
        ? new WriteResult.RetryLater(Cause.BUSY, "later", Duration.ofSeconds(60)) : new WriteResult.Accepted());
    try (HttpTransport http = new HttpTransport(EgressPolicy.PUBLIC_ONLY);
        Outbox out = open(http, time.instant().plusSeconds(3_600))) {
      out.add(new Point(asked, START - 10, 1));
      out.add(new Point(series(1), START - 10, 1));
      out.drain();
      assertThat(out.isLate()).isFalse();
    }
    assertThat(destination.size()).isEqualTo(2);
  }
}
