package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What all seeds together have come to. */
final class Tally {
  private static final int TELL_EVERY = 50;
  private static final String ROW = "%-25s %6s %8s %8s %9s %8s %8s %7s%n";

  private final int seeds;
  private final long start = System.nanoTime();
  private final Map<ReceiverKind, long[]> sums = new EnumMap<>(ReceiverKind.class);
  private final Map<Fault, Integer> faults = new TreeMap<>();
  private final Map<Excuse, Long> excused = new TreeMap<>();
  private final List<AssertionError> failures = new ArrayList<>();
  private int done;

  Tally(int seeds) {
    this.seeds = seeds;
  }

  synchronized void passed(Simulation.Judged judged) {
    Outcome outcome = judged.outcome();
    ReconciliationReport report = outcome.report();
    long[] more = {1, report.expected(), report.filled(), report.corrected(), report.refused(), report.pending(),
        report.exact() ? 1 : 0};
    long[] sum = sums.computeIfAbsent(outcome.scenario().kind(), _ -> new long[more.length]);
    Arrays.setAll(sum, i -> sum[i] + more[i]);
    judged.excused().forEach((excuse, points) -> excused.merge(excuse, points, Long::sum));
    outcome.wire().met().forEach((fault, times) -> faults.merge(fault, times, Integer::sum));
    count();
  }

  synchronized void failed(AssertionError failure) {
    failures.add(failure);
    System.out.println(failure.getMessage());
    count();
  }

  private void count() {
    if (++done % TELL_EVERY == 0 || done == seeds) {
      System.out.printf(Locale.ROOT, "%d of %d seeds, %d failed, %d s; requests: %s%n", done, seeds, failures.size(),
          seconds(), named(faults));
    }
  }

  private long seconds() {
    return Duration.ofNanos(System.nanoTime() - start).toSeconds();
  }

  /** By the kind of receiver. */
  synchronized String table() {
    StringBuilder table = new StringBuilder(
        ROW.formatted("receiver", "runs", "points", "filled", "corrected", "refused", "pending", "exact"));
    long[] all = new long[7];
    sums.forEach((kind, sum) -> {
      table.append(row(kind.title, sum));
      Arrays.setAll(all, i -> all[i] + sum[i]);
    });
    return table.append(row("all", all)).append("Points that no sender could have brought right: %s%n"
        .formatted(named(excused))).append("%d seeds, %d failed, in %d s.%n".formatted(seeds, failures.size(),
            seconds()))
        .toString();
  }

  private static String named(Map<? extends Enum<?>, ? extends Number> counts) {
    return counts.isEmpty() ? "none" : counts.entrySet().stream()
        .map(count -> count.getKey().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + count.getValue())
        .collect(Collectors.joining(", "));
  }

  private static String row(String title, long[] sum) {
    return ROW.formatted(title, sum[0], sum[1], sum[2], sum[3], sum[4], sum[5], sum[6]);
  }

  /** Those of seeds that did not pass. */
  synchronized List<AssertionError> failures() {
    return List.copyOf(failures);
  }
}
