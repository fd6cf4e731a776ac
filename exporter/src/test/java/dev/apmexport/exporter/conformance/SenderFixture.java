package dev.apmexport.exporter.conformance;

import dev.apmexport.exporter.delivery.Delivery;
import dev.apmexport.exporter.delivery.PointLimit;
import dev.apmexport.exporter.delivery.Progress;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.SinkConfig;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * A delivery with the real sink, by real sockets to a receiver that answers as it is told. Whatever waits does so on
 * virtual time.
 */
@org.junit.jupiter.api.Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
abstract class SenderFixture {
  static final String SECRET = "s3cr3t-t0ken";
  static final long NOW = 1_700_000_000_000L;
  static final Answer OK = Answer.of(202, "{\"errors\":[]}");

  final LoopbackServer server = new LoopbackServer();
  final List<Arrival> arrivals = new CopyOnWriteArrayList<>();
  final Map<String, NavigableMap<Long, Double>> stored = new ConcurrentHashMap<>();
  final Set<String> conflicts = ConcurrentHashMap.newKeySet();
  volatile Function<Arrival, Answer> script = _ -> OK;
  HttpTransport http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(20), Timeout.ofSeconds(60));
  VirtualTimeline time;
  InMemoryLedger ledger = new InMemoryLedger();
  Progress progress;
  Delivery delivery;

  /** One point as it came. */
  record Wired(String series, long atMillis, double value) {}

  /** A request that carried points, and when it came. */
  record Arrival(LoopbackServer.Request request, List<Wired> points, long when) {
    byte[] body() {
      return request.body();
    }

    boolean holds(String series) {
      return points.stream().anyMatch(point -> point.series().equals(series));
    }
  }

  /** A configuration for this address with {@link #SECRET} as its secret. */
  abstract SinkConfig configFor(URI endpoint);

  /** The points of a request, read by code that is not the sender's; none where it only asks. */
  abstract List<Wired> decode(LoopbackServer.Request request) throws IOException;

  Delivery start(int shards) {
    return start(shards, configFor(server.uri("/in")));
  }

  Delivery start(int shards, SinkConfig config) {
    time = time == null ? new VirtualTimeline(NOW) : time;
    server.answer(this::answer);
    HttpTransport clocked = http.on(time);
    progress = new Progress();
    delivery = new Delivery(shards, ledger.load(), new Delivery.Means(() -> config.open(clocked), config.amendment(),
        ledger, RetryPolicy.standard(), time, time.threads(), PointLimit.NONE, config.isStrict()), progress);
    return delivery;
  }

  private void answer(LoopbackServer.Request request, java.net.Socket to, java.io.OutputStream out)
      throws IOException {
    List<Wired> points = decode(request);
    Answer answer = OK;
    if (!points.isEmpty()) {
      Arrival arrival = new Arrival(request, points, time.millis());
      arrivals.add(arrival);
      answer = script.apply(arrival);
    }
    answer.give(request, to, out);
  }

  /** A step of some series, {@code ago} seconds old; every value of a step is another. */
  static Step step(int shard, long number, long ago, List<String> names) {
    Series[] series = names.stream().map(name -> new Series(name, Labels.of("url", "/" + name)))
        .toArray(Series[]::new);
    double[] values = IntStream.range(0, series.length).mapToDouble(i -> number * 1_000 + i + 0.5).toArray();
    return new Step(0, shard, number, new Batch(NOW - ago * 1_000, series, values));
  }

  static List<String> names(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "k6_s" + i).toList();
  }

  void drain() throws InterruptedException {
    time.until(() -> {
      delivery.check();
      return delivery.isDrained();
    });
  }

  /** What a worker does that takes over from one that died. */
  void restart(int shards) throws InterruptedException {
    delivery.close();
    time.until(time::isQuiet);
    ledger = ledger.takeOver();
    start(shards);
  }

  /** Keeps points as any of the receivers may, and notes what some of them would refuse. */
  void store(Arrival arrival, String but) {
    for (Wired point : arrival.points()) {
      if (!point.series().equals(but)) {
        NavigableMap<Long, Double> mine = stored.computeIfAbsent(point.series(), _ -> new ConcurrentSkipListMap<>());
        if (!mine.isEmpty() && point.atMillis() < mine.lastKey()) {
          conflicts.add("out of order: " + point);
        }
        Double before = mine.put(point.atMillis(), point.value());
        if (before != null && before != point.value()) {
          conflicts.add("another value: " + point);
        }
      }
    }
  }

  Answer stored(Arrival arrival) {
    store(arrival, "");
    return OK;
  }

  @AfterEach
  void close() {
    if (delivery != null) {
      delivery.close();
    }
    server.close();
    http.close();
  }
}
