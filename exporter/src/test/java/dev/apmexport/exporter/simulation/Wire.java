package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.LoopbackServer.Request;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The way to a receiver, on which everything goes wrong that the plan says. */
final class Wire implements AutoCloseable {
  private final LoopbackServer server = new LoopbackServer();
  private final Receiver receiver;
  private final FaultPlan plan;
  private final InstantSource clock;
  private final HttpTransport http;
  private final Sabotage sabotage;
  private final Map<String, Integer> attempts = new HashMap<>();
  private final Map<Fault, Integer> met = new TreeMap<>();
  private final Set<Shipment.Place> unacknowledged = new HashSet<>();
  private final Set<Shipment.Place> belated = new HashSet<>();
  private final Set<Shipment.Place> unanswered = new HashSet<>();
  /** When requests with a series were last found to be poison. */
  private final Map<String, Long> poisonedAt = new HashMap<>();
  private final Map<Fault, NavigableSet<Long>> failedAt = new EnumMap<>(Fault.class);
  /** So long a worker may go by what its ledger told it last. */
  private static final long KNOWS_AFTER_MILLIS = 5_000;

  private final List<Delayed> delayed = new ArrayList<>();
  /** When each worker lost the export, by its number. */
  private final NavigableMap<Integer, Long> lostAt = new TreeMap<>();
  /** The worker that was first told that a point was taken. */
  private final Map<Shipment.Place, Integer> told = new HashMap<>();
  private final Map<Integer, Integer> fenced = new HashMap<>();

  private record Delayed(long dueMillis, Shipment shipment) {}

  Wire(Receiver receiver, FaultPlan plan, InstantSource clock, HttpTransport http, Sabotage sabotage) {
    this.receiver = receiver;
    this.plan = plan;
    this.clock = clock;
    this.http = http;
    this.sabotage = sabotage;
    server.answer((request, to, out) -> answer(Shipment.of(request)).give(request, to, out));
  }

  URI uri() {
    return server.uri("");
  }

  private Answer answer(Shipment shipment) throws IOException {
    long now = clock.millis();
    int attempt;
    Fault fault;
    synchronized (this) {
      attempt = attempts.merge(shipment.identity(), 1, Integer::sum);
      fault = plan.fault(shipment, attempt, now);
      met.merge(fault, 1, Integer::sum);
      note(fault, shipment, now);
      Entry<Integer, Long> lost = lostAt.ceilingEntry(shipment.worker());
      if (lost != null && now > lost.getValue() + KNOWS_AFTER_MILLIS && !shipment.points().isEmpty()) {
        fenced.merge(shipment.worker(), 1, Integer::sum);
      }
    }
    if (shipment.request().line().startsWith("GET ") && fault == Fault.NONE) {
      return Answer.of(200, "{\"valid\":true}");
    }
    return switch (fault) {
      case NONE -> forward(shipment, true);
      case LIMITED -> Answer.of(429, "slow down", "Retry-After: " + plan.wait(shipment, attempt));
      case LIMITED_UNTIL_DATE ->
        Answer.of(429, "slow down", "Retry-After: " + date(now + plan.wait(shipment, attempt) * 1000L));
      case BUSY -> Answer.of(503, "busy");
      case FAILED -> Answer.of(plan.failure(shipment, attempt), "failed");
      case FAILED_AFTER_STORING -> {
        forward(shipment, false);
        yield Answer.of(plan.failure(shipment, attempt), "failed");
      }
      case RESET -> Answer.reset();
      case RESET_AFTER_STORING -> {
        forward(shipment, false);
        yield Answer.reset();
      }
      case LATE -> {
        delay(new Delayed(now + plan.delay(shipment, attempt), shipment));
        yield Answer.reset();
      }
      case POISONED -> {
        if (plan.poison().stores()) {
          forward(shipment, false);
        }
        yield failing(plan.poison().status(), "cannot digest this");
      }
      case DOWN, DENIED -> failing(plan.outage(now).status(), "out of order");
      case TOO_LARGE -> Answer.of(413, "too many series");
    };
  }

  private void note(Fault fault, Shipment shipment, long now) {
    if (fault == Fault.POISONED) {
      shipment.points().forEach(point -> poisonedAt.put(point.series(), now));
    }
    if (fault != Fault.NONE) {
      failedAt.computeIfAbsent(fault, _ -> new TreeSet<>()).add(now);
    }
    if (fault.mayArrive()) {
      unanswered.addAll(shipment.points());
    }
  }

  private static Answer failing(int status, String why) {
    return status == 0 ? Answer.reset() : Answer.of(status, why);
  }

  private static String date(long millis) {
    return DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
  }

  /** @param answered whether the sender is told what the receiver says */
  private Answer forward(Shipment shipment, boolean answered) throws IOException {
    if (sabotage.swallows().test(shipment)) { return Answer.of(204); }
    Request request = shipment.request();
    Map<String, String> headers = new TreeMap<>(request.headers());
    headers.keySet().removeIf(name -> List.of("host", "content-length", "connection").contains(name.toLowerCase()));
    String path = request.line().split(" ")[1];
    HttpTransport.Answer answer = http.post(URI.create(receiver.base() + path), headers, request.body(),
        request.body().length);
    if (!answered || answer.status() / 100 != 2) {
      synchronized (this) {
        unacknowledged.addAll(shipment.points());
      }
    } else {
      synchronized (this) {
        shipment.points().forEach(point -> told.putIfAbsent(point, shipment.worker()));
      }
    }
    return Answer.of(answer.status(), answer.body());
  }

  private synchronized void delay(Delayed one) {
    delayed.add(one);
  }

  /** From now on requests of earlier workers are those of fenced ones. */
  synchronized void heldBy(int worker) {
    lostAt.put(worker - 1, clock.millis());
  }

  /** Lets everything arrive that is due. */
  void deliverDelayed() throws IOException {
    List<Delayed> due;
    synchronized (this) {
      due = delayed.stream().filter(one -> one.dueMillis <= clock.millis()).toList();
      delayed.removeAll(due);
      due.forEach(one -> belated.addAll(one.shipment.points()));
    }
    for (Delayed one : due) {
      forward(one.shipment, false);
    }
  }

  /** When the first of what is on its way arrives. */
  synchronized long nextArrival() {
    return delayed.stream().mapToLong(Delayed::dueMillis).min().orElse(Long.MAX_VALUE);
  }

  /**
   * Whether the receiver may have stored a point although the sender was not told so, or did not live to note it.
   */
  synchronized boolean mayHoldUntold(Shipment.Place point) {
    Integer first = told.get(point);
    return unacknowledged.contains(point) || first != null && lostAt.ceilingEntry(first) != null;
  }

  /** Whether a point arrived again after its sender had given that request up. */
  synchronized boolean arrivedLate(Shipment.Place point) {
    return belated.contains(point);
  }

  /** Whether a request with a point failed in a way that does not tell whether it will arrive. */
  synchronized boolean unanswered(Shipment.Place point) {
    return unanswered.contains(point);
  }

  /** Whether a request with the series was found to be poison since then. */
  synchronized boolean poisoned(String series, long sinceMillis) {
    return poisonedAt.containsKey(series) && poisonedAt.get(series) >= sinceMillis;
  }

  /** Whether requests failed between then and then in one of these ways. */
  synchronized boolean failed(Set<Fault> ways, long fromMillis, long toMillis) {
    return ways.stream().anyMatch(way -> failedAt.containsKey(way)
        && !failedAt.get(way).subSet(fromMillis, true, toMillis, true).isEmpty());
  }

  synchronized Map<Fault, Integer> met() {
    return new TreeMap<>(met);
  }

  /** The most requests that came from one worker when it must have known that another had taken over. */
  synchronized int fenced() {
    return fenced.values().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  @Override
  public void close() {
    server.close();
  }
}
