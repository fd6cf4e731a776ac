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
 * A receiver of remote write that treats samples as Prometheus and its kin do. A sample continues its series or repeats
 * its newest; anything older is refused, or with an out-of-order window stored beside what was there, once. What else
 * there is to it is said by its {@link Rules}.
 */
public final class FakePrometheus implements AutoCloseable {
  private static final long HOUR = 3_600_000;
  private static final String TOO_OLD = "too old sample";
  private static final String EXPORT = "/api/v1/export";

  private final LoopbackServer server = new LoopbackServer();
  private final InstantSource clock;
  private final Rules rules;
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

  /**
   * In what the kin differ.
   *
   * @param outOfOrderMillis the out-of-order window, 0 for none
   * @param storesGoodPart whether the good samples of a request with a bad one are stored; else it is rolled back
   * @param refusal the status for a request with a bad sample
   * @param takesAll whether samples of any order and age are stored beside all others, and nothing is ever refused
   * @param scrapesItself whether its head is never behind the clock, as of one that writes samples of its own
   * @param failsForTooOld whether a sample that is too old for the window is answered with 500 (measured: 2.42)
   */
  public record Rules(long outOfOrderMillis, boolean storesGoodPart, int refusal, boolean takesAll,
      boolean scrapesItself, boolean failsForTooOld) {
    public Rules(long outOfOrderMillis, boolean storesGoodPart, int refusal, boolean takesAll) {
      this(outOfOrderMillis, storesGoodPart, refusal, takesAll, false, false);
    }

    public static Rules prometheus(long outOfOrderMillis) {
      return new Rules(outOfOrderMillis, false, 400, false);
    }

    public static Rules mimir(long outOfOrderMillis) {
      return new Rules(outOfOrderMillis, true, 400, false);
    }

    public static Rules thanos() {
      return new Rules(0, true, 409, false);
    }

    public static Rules victoriaMetrics() {
      return new Rules(0, true, 400, true);
    }

    public Rules scrapingItself() {
      return new Rules(outOfOrderMillis, storesGoodPart, refusal, takesAll, true, failsForTooOld);
    }

    public Rules failingForTooOld() {
      return new Rules(outOfOrderMillis, storesGoodPart, refusal, takesAll, scrapesItself, true);
    }
  }

  /** @param outOfOrderMillis the out-of-order window, 0 for none */
  public FakePrometheus(InstantSource clock, long outOfOrderMillis) {
    this(clock, Rules.prometheus(outOfOrderMillis));
  }

  public FakePrometheus(InstantSource clock, Rules rules) {
    this.clock = clock;
    this.rules = rules;
    server.answer((request, to, out) -> {
      if (request.line().contains(EXPORT)) {
        Answer.of(200, exported()).give(request, to, out);
        return;
      }
      Fault fault = faults.get();
      boolean reaches = fault == Fault.NONE || fault == Fault.STORED_AND_LOST || fault == Fault.STORED_AND_FAILED;
      String error = reaches ? write(request.body()) : "";
      Answer answer = switch (fault) {
        case NONE -> error.isEmpty() ? Answer.of(204) : Answer.of(status(error), error);
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

  /** Where all that it holds is shown in the way of VictoriaMetrics' export, without labels. */
  public URI exportUri() {
    return server.uri(EXPORT);
  }

  private String exported() {
    return content().entrySet().stream()
        .map(series -> "{\"metric\":{\"__name__\":\"%s\"},\"values\":%s,\"timestamps\":%s}\n"
            .formatted(series.getKey(), series.getValue().values(), series.getValue().keySet()))
        .collect(Collectors.joining());
  }

  /** Asked for every request. */
  public void faults(Supplier<Fault> next) {
    faults = next;
  }

  /** From now on a request with this series is refused; the empty text for none. */
  public void poison(String series) {
    poison = series;
  }

  private int status(String error) {
    return rules.failsForTooOld && error.equals(TOO_OLD) ? 500 : rules.refusal;
  }

  /** Returns the first error, or the empty text. */
  private synchronized String write(byte[] body) throws IOException {
    requests++;
    WriteRequest request = WriteRequest.parseFrom(Snappy.uncompress(body));
    Set<String> seen = new HashSet<>();
    String first = "";
    List<TimeSeries> good = new ArrayList<>();
    for (TimeSeries one : request.getTimeseriesList()) {
      inspect(one, seen);
      String error = error(name(one), one.getSamples(0).getTimestamp(), one.getSamples(0).getValue());
      if (error.isEmpty()) {
        good.add(one);
      }
      first = first.isEmpty() ? error : first;
    }
    refused += first.isEmpty() ? 0 : 1;
    if (first.isEmpty() || rules.storesGoodPart) {
      good.forEach(one -> store(name(one), one.getSamples(0).getTimestamp(), one.getSamples(0).getValue()));
    }
    return first;
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
    if (rules.takesAll) { return ""; }
    long head = rules.scrapesItself ? Math.max(newest, clock.millis()) : newest;
    if (head > 0 && at < head - Math.max(HOUR, rules.outOfOrderMillis)) {
      return rules.failsForTooOld ? TOO_OLD : "out of bounds";
    }
    if (known.isEmpty() || at > known.lastKey()) { return ""; }
    if (at == known.lastKey()) {
      return bits(known.lastEntry().getValue()) == bits(value) ? "" : "duplicate sample for timestamp";
    }
    return rules.outOfOrderMillis == 0 ? "out of order sample"
        : at < head - rules.outOfOrderMillis ? TOO_OLD : "";
  }

  private void store(String series, long at, double value) {
    TreeMap<Long, Double> known = inOrder.computeIfAbsent(series, _ -> new TreeMap<>());
    Double there = known.get(at);
    if (rules.takesAll && there != null && bits(there) != bits(value)) {
      violations.add("two values of " + series + " at " + at + ", both kept: " + there + " and " + value);
    }
    if (rules.takesAll || known.isEmpty() || at >= known.lastKey()) {
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
  public static String name(TimeSeries one) {
    String labels = one.getLabelsList().stream().filter(label -> !label.getName().equals("__name__"))
        .map(label -> label.getName() + "=\"" + label.getValue() + "\"").collect(Collectors.joining(", "));
    String name = one.getLabelsList().stream().filter(label -> label.getName().equals("__name__")).findFirst()
        .orElseThrow().getValue();
    return labels.isEmpty() ? name : name + "{" + labels + "}";
  }

  /** From now on it holds nothing, as after a loss of its disk. */
  public synchronized void wipe() {
    inOrder.clear();
    outOfOrder.clear();
    newest = Long.MIN_VALUE;
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

  /** Requests that held a bad sample. */
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
