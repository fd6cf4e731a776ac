package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.IOException;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.xerial.snappy.Snappy;

/**
 * A receiver that treats samples as Prometheus does: a request with one bad sample is rolled back as a whole; a sample
 * continues its series or repeats its newest; anything older is refused, or with an out-of-order window stored beside
 * what was there, once.
 */
public final class FakePrometheus implements AutoCloseable {
  private static final long HOUR = 3_600_000;

  private final LoopbackServer server = new LoopbackServer();
  private final InstantSource clock;
  private final long outOfOrderMillis;
  private final Map<String, TreeMap<Long, Double>> inOrder = new HashMap<>();
  private final Map<String, TreeMap<Long, Double>> outOfOrder = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private volatile Supplier<Fault> faults = () -> Fault.NONE;
  private volatile String poison = "";
  private long newest = Long.MIN_VALUE;
  private int requests;
  private int refused;

  /** What goes wrong with a request. */
  public enum Fault {
    NONE, BUSY, FAILED, LOST, STORED_AND_LOST, STORED_AND_FAILED
  }

  /** @param outOfOrderMillis the out-of-order window, 0 for none */
  public FakePrometheus(InstantSource clock, long outOfOrderMillis) {
    this.clock = clock;
    this.outOfOrderMillis = outOfOrderMillis;
    server.answer((request, to, out) -> {
      Fault fault = faults.get();
      boolean reaches = fault == Fault.NONE || fault == Fault.STORED_AND_LOST || fault == Fault.STORED_AND_FAILED;
      String error = reaches ? write(request.body()) : "";
      Answer answer = switch (fault) {
        case NONE -> error.isEmpty() ? Answer.of(204) : Answer.of(400, error);
        case BUSY -> Answer.of(503, "busy");
        case FAILED, STORED_AND_FAILED -> Answer.of(500, "failed");
        case LOST, STORED_AND_LOST -> Answer.reset();
      };
      answer.give(request, to, out);
    });
  }

  public URI uri() {
    return server.uri("/api/v1/write");
  }

  /** Asked for every request. */
  public void faults(Supplier<Fault> next) {
    faults = next;
  }

  /** From now on a request with this series is refused; the empty text for none. */
  public void poison(String series) {
    poison = series;
  }

  private synchronized String write(byte[] body) throws IOException {
    requests++;
    WriteRequest request = WriteRequest.parseFrom(Snappy.uncompress(body));
    Set<String> seen = new HashSet<>();
    for (TimeSeries one : request.getTimeseriesList()) {
      inspect(one, seen);
      String error = error(name(one), one.getSamples(0).getTimestamp(), one.getSamples(0).getValue());
      if (!error.isEmpty()) {
        refused++;
        return error;
      }
    }
    request.getTimeseriesList()
        .forEach(one -> store(name(one), one.getSamples(0).getTimestamp(), one.getSamples(0).getValue()));
    return "";
  }

  /** What a receiver may let pass and a sender must not do. */
  private void inspect(TimeSeries one, Set<String> seen) {
    List<String> names = one.getLabelsList().stream().map(Label::getName).toList();
    if (!names.equals(names.stream().sorted().distinct().toList())
        || one.getLabelsList().stream().anyMatch(label -> label.getValue().isEmpty())) {
      violations.add("labels not sorted, unique and filled: " + one);
    }
    if (one.getSamplesCount() != 1 || !seen.add(name(one))) {
      violations.add("not one sample of a series: " + one);
    }
    if (one.getSamples(0).getTimestamp() > clock.millis()) {
      violations.add("sent before its time: " + one);
    }
  }

  private String error(String series, long at, double value) {
    TreeMap<Long, Double> known = inOrder.getOrDefault(series, new TreeMap<>());
    if (series.equals(poison)) { return "poison"; }
    if (newest > 0 && at < newest - Math.max(HOUR, outOfOrderMillis)) { return "out of bounds"; }
    if (known.isEmpty() || at > known.lastKey()) { return ""; }
    if (at == known.lastKey()) {
      return bits(known.lastEntry().getValue()) == bits(value) ? "" : "duplicate sample for timestamp";
    }
    return outOfOrderMillis == 0 ? "out of order sample" : at < newest - outOfOrderMillis ? "too old sample" : "";
  }

  private void store(String series, long at, double value) {
    TreeMap<Long, Double> known = inOrder.computeIfAbsent(series, _ -> new TreeMap<>());
    if (known.isEmpty() || at >= known.lastKey()) {
      known.put(at, value);
      newest = Math.max(newest, at);
    } else {
      outOfOrder.computeIfAbsent(series, _ -> new TreeMap<>()).putIfAbsent(at, value);
    }
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  /** As {@link dev.apmexport.exporter.metric.Series#toString} writes it. */
  private static String name(TimeSeries one) {
    String labels = one.getLabelsList().stream().filter(label -> !label.getName().equals("__name__"))
        .map(label -> label.getName() + "=\"" + label.getValue() + "\"").collect(Collectors.joining(", "));
    String name = one.getLabelsList().stream().filter(label -> label.getName().equals("__name__")).findFirst()
        .orElseThrow().getValue();
    return labels.isEmpty() ? name : name + "{" + labels + "}";
  }

  /** What a query shows, by series and time. */
  public synchronized Map<String, NavigableMap<Long, Double>> content() {
    Map<String, NavigableMap<Long, Double>> content = new TreeMap<>();
    inOrder.forEach((series, points) -> content.put(series, new TreeMap<>(points)));
    outOfOrder.forEach((series, points) -> Objects.requireNonNull(content.get(series)).putAll(points));
    return content;
  }

  public synchronized long points() {
    return content().values().stream().mapToLong(Map::size).sum();
  }

  public synchronized int requests() {
    return requests;
  }

  /** Requests that were rolled back. */
  public synchronized int refused() {
    return refused;
  }

  /** What a sender has done that it must not. */
  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  @Override
  public void close() {
    server.close();
  }
}
