package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Compares what the receiver holds with what is right, and both with what the report says. */
final class Judgement {
  private static final int MOST_TOLD = 12;

  private final Outcome outcome;
  private final ReconciliationReport report;
  private final Oracle oracle;
  private final Excuses excuses;
  private final Map<String, List<ReconciliationReport.Refusal>> refusals = new HashMap<>();
  private final List<String> faults = new ArrayList<>();
  private long wrong;
  private long rightAfterAll;
  private final List<Shipment.Place> rightAndRefused = new ArrayList<>();
  private long closings;
  private long closingsRefused;

  Judgement(Outcome outcome) {
    this.outcome = outcome;
    this.report = outcome.report();
    this.oracle = Oracle.ofAll(outcome);
    this.excuses = new Excuses(outcome, oracle);
    report.refusals().forEach(refusal -> refusals.computeIfAbsent(name(refusal.series()), _ -> new ArrayList<>())
        .add(refusal));
  }

  /** What is not as it should be; empty where all is well. */
  List<String> faults() {
    live();
    equation();
    check(outcome.wire().fenced() == 0, "a worker sent %d requests although it must have known that it was overtaken",
        outcome.wire().fenced());
    outcome.violations().forEach(violation -> fault("violation: %s", violation));
    if (outcome.scenario().version() == Scenario.Version.SAME) {
      receiver();
      verdict();
    } else {
      check(!report.exact() && (isUnproven() || outcome.held().isEmpty()),
          "another fold version was at work, and the report says exact %s, %s", report.exact(), report.reason());
    }
    int more = faults.size() - MOST_TOLD;
    return more <= 0 ? faults : Stream.concat(faults.stream().limit(MOST_TOLD), Stream.of("… and " + more + " more"))
        .toList();
  }

  /** How many points could not be brought right, by what kept them from it. */
  Map<Excuse, Long> excused() {
    return excuses.counts();
  }

  private void live() {
    ExportStatus status = outcome.live();
    ExportStatus.Samples samples = status.samples();
    check(samples.read() == samples.selected() + samples.unselected() + samples.refused(), "samples: %s", samples);
    check(status.windows().sealed() == status.windows().accepted() + status.windows().pending(), "windows: %s",
        status.windows());
    ExportStatus.Points points = status.points();
    if (!outcome.scenario().hasLateData()) {
      check(points.accepted() + points.rejected() + points.pending() == oracle.size(), "points: %s of %d", points,
          oracle.size());
    }
  }

  private boolean isUnproven() {
    return "unproven".equals(report.reason());
  }

  private void equation() {
    check(report.expected() == report.asExpected() + report.filled() + report.corrected() + report.refused()
        + report.pending(), "the report does not add up: %s", report);
  }

  private void receiver() {
    oracle.points().forEach((series, right) -> series(series, right, values(series)));
    outcome.held().keySet().stream().filter(series -> !oracle.points().containsKey(series))
        .forEach(series -> fault("%s is held and should not be", series));
  }

  /** What is held of a series, without the mark of its end. */
  private NavigableMap<Long, Double> values(String series) {
    NavigableMap<Long, Double> values = new TreeMap<>(outcome.held().getOrDefault(series, new TreeMap<>()));
    values.values().removeIf(value -> Double.isNaN(value));
    return values;
  }

  private void series(String series, NavigableMap<Long, Double> right, NavigableMap<Long, Double> held) {
    long wrongBefore = wrong;
    right.forEach((at, value) -> point(new Shipment.Place(series, at), held, value));
    long told = refusals(series).stream().mapToLong(ReconciliationReport.Refusal::points).sum();
    check(report.pending() > 0 || wrong - wrongBefore <= told, "%s: %d points are wrong, %d are told of: %s", series,
        wrong - wrongBefore, told, refusals(series));
    held.keySet().stream().filter(at -> at <= right.lastKey() && !right.containsKey(at))
        .forEach(at -> fault("%s has a point @%d and should not", series, at));
    boolean beyond = held.higherKey(right.lastKey()) != null;
    boolean refusedBeyond = refusals(series).stream().anyMatch(refusal -> refusal.toMillis() > right.lastKey());
    if (beyond && !oracle.isTotal(series)) {
      fault("%s goes on after the run: %s", series, held.tailMap(right.lastKey(), false));
    }
    closings += beyond || refusedBeyond ? 1 : 0;
    closingsRefused += refusedBeyond ? 1 : 0;
    if (outcome.scenario().wish().staleMarkers() && report.exact()) {
      check(Double.isNaN(outcome.held().get(series).lastEntry().getValue()), "%s has no mark of its end", series);
    }
    if (oracle.isTotal(series)) {
      total(series, right.lastEntry(), held.lastEntry(), refusedBeyond);
    }
  }

  private void point(Shipment.Place place, NavigableMap<Long, Double> series, double right) {
    Double held = series.get(place.atMillis());
    boolean refused = isRefused(place);
    if (same(held, right)) {
      boolean untold = outcome.wire().mayHoldUntold(place) || excuses.isDoubtful(place);
      if (refused && !untold) {
        rightAndRefused.add(place);
      }
      rightAfterAll += (refused || report.pending() > 0) && untold ? 1 : 0;
      return;
    }
    Optional<Excuse> excuse = excuses.of(place, series);
    check(excuse.isPresent(), "%s @%d is %s, should be %s, and nothing kept the receiver from holding that: %s",
        place.series(), place.atMillis(), held, right, refusals(place.series()));
    wrong++;
    check(refused || report.pending() > 0, "%s @%d is %s, should be %s, and is not among the refused", place.series(),
        place.atMillis(), held, right);
  }

  private void total(String series, Entry<Long, Double> right, Entry<Long, Double> last, boolean refusedBeyond) {
    boolean told = refusedBeyond || report.pending() > 0 || isRefused(new Shipment.Place(series, right.getKey()));
    boolean good = last != null && same(last.getValue(), right.getValue());
    check(good || told, "%s ends with %s, should end with %s", series, last, right);
    check(good || excuses.ofClosing(new Shipment.Place(series, right.getKey())).isPresent(),
        "%s ends with %s, should end with %s, and nothing kept the receiver from holding that", series, last, right);
  }

  private void verdict() {
    long told = report.refused() + report.pending();
    check(report.exact() == (told == 0), "exact is %s with %d refused and %d pending", report.exact(), report.refused(),
        report.pending());
    long most = wrong + rightAfterAll + closingsRefused + (report.pending() > 0 ? oracle.points().size() : 0);
    check(wrong <= told, "%d points are wrong, %d are told of", wrong, told);
    check(told <= most, "%d points are told to be wrong, of which at most %d are; right are %s: %s", told, most,
        rightAndRefused.stream().limit(MOST_TOLD).toList(), report);
    long outOfTime = excused().getOrDefault(Excuse.DEADLINE, 0L);
    check(outOfTime <= report.pending(), "%d points are excused by the deadline: %s", outOfTime, report);
    check(told == 0 || !outcome.scenario().isCalm(), "nothing was late, away or poisonous, and the report says %s",
        report);
    long extra = report.expected() - oracle.size();
    check(report.pending() > 0 ? extra >= 0 : extra == closings, "%d points were expected, %d and %d closing ones are",
        report.expected(), oracle.size(), closings);
  }

  private List<ReconciliationReport.Refusal> refusals(String series) {
    return refusals.getOrDefault(series, List.of());
  }

  private boolean isRefused(Shipment.Place place) {
    return refusals(place.series()).stream()
        .anyMatch(refusal -> refusal.fromMillis() <= place.atMillis() && place.atMillis() <= refusal.toMillis());
  }

  /** Counts of a Datadog are known in the ledger by the length of their windows. */
  private static String name(String series) {
    return series.replaceFirst("\\{__interval__=\"\\d+\"}", "").replaceFirst("__interval__=\"\\d+\", ", "");
  }

  static boolean same(Double a, Double b) {
    return a != null && b != null && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  }

  private void check(boolean good, String what, Object... args) {
    if (!good) {
      fault(what, args);
    }
  }

  private void fault(String what, Object... args) {
    faults.add(what.formatted(args));
  }
}
