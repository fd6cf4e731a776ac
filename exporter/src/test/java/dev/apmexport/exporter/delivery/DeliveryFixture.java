package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Batch;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** One delivery to a scripted sink, on virtual time. */
@Timeout(300)
abstract class DeliveryFixture {
  static final long NOW = 1_700_000_000_000L;

  final VirtualTimeline time = new VirtualTimeline(NOW);
  final ScriptedSink sink = new ScriptedSink(time);
  InMemoryLedger ledger = new InMemoryLedger();
  Progress progress = new Progress();
  Amendment amendment = new Amendment.Refused();
  PointLimit limit = PointLimit.NONE;
  boolean strict;
  boolean quarantines = true;
  Delivery delivery;

  Delivery start(int shards) {
    RetryPolicy retry = new RetryPolicy(
        IntervalFunction.ofExponentialBackoff(Duration.ofMillis(100), 2, Duration.ofSeconds(30)));
    progress = new Progress();
    delivery = new Delivery(shards, ledger.load(),
        new Delivery.Means(sink, amendment, ledger, retry, time, time.threads(), limit, strict, quarantines),
        progress);
    return delivery;
  }

  /** What a worker does after a crash: takes the export over and plays the log again. */
  Delivery restart(int shards) throws InterruptedException {
    stop();
    ledger = ledger.takeOver();
    return start(shards);
  }

  @AfterEach
  void close() {
    if (delivery != null) {
      delivery.close();
    }
  }

  /** A step of series s0, s1 … that is due some milliseconds from the start. */
  static Step step(int shard, long number, long inMillis, int size) {
    Series[] series = IntStream.range(0, size).mapToObj(i -> series("s" + i)).toArray(Series[]::new);
    return new Step(0, shard, number,
        new Batch(NOW + inMillis, series, IntStream.range(0, size).mapToDouble(i -> number * 1000 + i).toArray()));
  }

  static Series series(String name) {
    return new Series(name, Labels.NONE);
  }

  static long key(String name) {
    return series(name).key();
  }

  /** The series of which the destination has taken a point of this time. */
  Set<String> stored(long atMillis) {
    return sink.sent().stream().filter(one -> one.accepted() && one.atMillis() == atMillis)
        .flatMap(one -> one.series().stream()).collect(Collectors.toSet());
  }

  void stop() throws InterruptedException {
    delivery.close();
    time.until(time::isQuiet);
  }

  void drain() throws InterruptedException {
    time.until(() -> {
      delivery.check();
      return delivery.isDrained();
    });
  }

  void untilSent(int writes) throws InterruptedException {
    time.until(() -> sink.sent().size() >= writes);
  }
}
