package dev.apmexport.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.Statistics;

/**
 * Results beside their floors, as a Markdown table. The fastest iteration counts, since other work on the machine can
 * only make one slower. Where the ratio of the medians is another, the machine was busy and the run should be repeated.
 */
final class RatioTable {
  private static final String HEAD = """
      | what | MB/s | M/s | bytes allocated each | floor | floor's M/s | ratio | of medians |
      |---|--:|--:|--:|---|--:|--:|--:|
      """;
  private static final double MEGA = 1e6;

  private final StringBuilder text = new StringBuilder(HEAD);

  private RatioTable() {}

  /**
   * @param samples in one call; so with bytes
   * @param allocated bytes in one call
   */
  private record Measured(String method, Statistics calls, double samples, double bytes, double allocated) {
    static Measured of(RunResult result) {
      String name = result.getParams().getBenchmark();
      Statistics calls = result.getPrimaryResult().getStatistics();
      return new Measured(name.substring(name.lastIndexOf('.') + 1), calls, mean(result, "samples") / calls.getMean(),
          mean(result, "bytes") / calls.getMean(), mean(result, "gc.alloc.rate.norm"));
    }

    private static double mean(RunResult result, String secondary) {
      Result<?> found = result.getSecondaryResults().get(secondary);
      return found == null ? Double.NaN : found.getStatistics().getMean();
    }

    boolean isFloor() {
      return method.startsWith("floor");
    }

    double fastest() {
      return calls.getMax();
    }

    double median() {
      return calls.getPercentile(50);
    }

    double megaSamples() {
      return fastest() * samples / MEGA;
    }
  }

  static String of(Collection<RunResult> results) {
    Map<String, List<Measured>> works = new LinkedHashMap<>();
    for (RunResult result : results) {
      works.computeIfAbsent(work(result.getParams()), _ -> new ArrayList<>()).add(Measured.of(result));
    }
    RatioTable table = new RatioTable();
    works.forEach(table::compare);
    return table.text.toString();
  }

  /** What is done, and with what: the same for all methods of a class that have the same parameters. */
  private static String work(BenchmarkParams params) {
    String type = params.getBenchmark().substring(0, params.getBenchmark().lastIndexOf('.'));
    StringBuilder work = new StringBuilder(type.substring(type.lastIndexOf('.') + 1).replace("Benchmark", ""));
    params.getParamsKeys().forEach(key -> work.append(", ").append(key).append(' ').append(params.getParam(key)));
    return work.toString();
  }

  private void compare(String work, List<Measured> ways) {
    for (Measured way : ways) {
      for (Measured floor : ways) {
        if (!way.isFloor() && floor.isFloor()) {
          line(work, way, floor);
        }
      }
    }
  }

  private void line(String work, Measured way, Measured floor) {
    String speed = way.bytes > 0 ? "%.0f".formatted(way.fastest() * way.bytes / MEGA) : "";
    text.append("| %s: %s | %s | %.2f | %.1f | %s | %.2f | **%.2f** | %.2f |%n".formatted(work, way.method, speed,
        way.megaSamples(), way.allocated / way.samples, floor.method, floor.megaSamples(),
        way.fastest() / floor.fastest(), way.median() / floor.median()));
  }
}
