package dev.apmexport.standalone.pipe;

import dev.apmexport.standalone.demo.Expectation;
import dev.apmexport.standalone.demo.Expected;
import dev.apmexport.standalone.demo.Oracle;
import dev.apmexport.standalone.demo.OutputSeries;
import dev.apmexport.standalone.demo.RawSample;
import dev.apmexport.standalone.demo.RecordedRun;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** What a real k6 wrote with {@code -o json} during a recorded run, moved into the last minutes, and what it must come to. */
final class K6Lines {
  private static final Pattern TIME = Pattern.compile("\"time\":\"([^\"]+)\"");
  private static final int LONGEST_WINDOW = 30;

  private final RecordedRun run = RecordedRun.load(RecordedRun.ONE_SECOND);
  private final long shift = run.shiftToEndBefore(Instant.now()) - LONGEST_WINDOW;

  /** The lines, without their ends. */
  List<String> lines() {
    String file = "/capture/" + RecordedRun.ONE_SECOND + "/samples.json.gz";
    try (InputStream gzip = Objects.requireNonNull(K6Lines.class.getResourceAsStream(file));
        var text = new InputStreamReader(new GZIPInputStream(gzip), StandardCharsets.UTF_8)) {
      return new BufferedReader(text).lines().map(this::shifted).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String shifted(String line) {
    Matcher time = TIME.matcher(line);
    return time.find() ? line.substring(0, time.start(1)) + Instant.parse(time.group(1)).plusSeconds(shift)
        + line.substring(time.end(1)) : line;
  }

  static byte[] bytes(List<String> lines) {
    return lines.stream().map(line -> line + "\n").collect(Collectors.joining()).getBytes(StandardCharsets.UTF_8);
  }

  Instant begin() {
    return Instant.ofEpochSecond(run.firstBucketSeconds() + shift - 10);
  }

  Instant end() {
    return Instant.ofEpochSecond(run.lastBucketEndSeconds() + shift + LONGEST_WINDOW);
  }

  List<RawSample> samples() {
    return run.samples(shift);
  }

  /** Every metric of the run in windows, with all tags but {@code name}; totals begin 2 ms late, as the pipe has them. */
  SortedMap<OutputSeries, SortedMap<Long, Expected>> windows(int seconds) {
    List<RawSample> samples = samples();
    Map<String, RawSample.Type> types = samples.stream()
        .collect(Collectors.toMap(RawSample::metric, RawSample::type, (one, _) -> one, TreeMap::new));
    String[] tags = samples.stream().flatMap(sample -> sample.tags().keySet().stream())
        .filter(tag -> !tag.equals("name")).collect(Collectors.toCollection(TreeSet::new)).toArray(String[]::new);
    var truth = new Oracle(seconds, 1, Map.of(),
        types.keySet().stream().map(metric -> Expectation.of(metric, "k6_" + metric, tags)).toList()).truth(samples);
    truth.forEach((series, points) -> {
      if (isTotal(series.name(), types)) {
        points.put(points.firstKey() + 2, Objects.requireNonNull(points.remove(points.firstKey())));
      }
    });
    return truth;
  }

  private static boolean isTotal(String name, Map<String, RawSample.Type> types) {
    String metric = name.substring("k6_".length());
    boolean ofTrend = metric.matches(".*_(count|sum)")
        && types.get(metric.replaceFirst("_(count|sum)$", "")) == RawSample.Type.TREND;
    return types.containsKey(metric) ? types.get(metric) == RawSample.Type.COUNTER : ofTrend;
  }

  /** Every sample at its own millisecond, those of one series and millisecond put together. */
  SortedMap<OutputSeries, SortedMap<Long, Expected>> raw() {
    SortedMap<OutputSeries, SortedMap<Long, List<RawSample>>> groups = new TreeMap<>();
    for (RawSample sample : samples()) {
      SortedMap<String, String> tags = sample.wireTags();
      tags.remove("name");
      groups.computeIfAbsent(new OutputSeries("k6_" + sample.metric(), tags), _ -> new TreeMap<>())
          .computeIfAbsent(Math.floorDiv(sample.timeNanos(), 1_000_000L), _ -> new ArrayList<>())
          .add(sample);
    }
    SortedMap<OutputSeries, SortedMap<Long, Expected>> points = new TreeMap<>();
    groups.forEach((series, at) -> at.forEach((millis, samples) -> points
        .computeIfAbsent(series, _ -> new TreeMap<>()).put(millis, new Expected.Exact(together(samples)))));
    return points;
  }

  private static double together(List<RawSample> samples) {
    List<Double> values = samples.stream().map(RawSample::value).toList();
    return switch (samples.getFirst().type()) {
      case COUNTER -> values.stream().mapToDouble(Double::doubleValue).sum();
      case GAUGE -> values.getLast();
      case RATE -> values.stream().mapToDouble(value -> value == 0 ? 0 : 1).average().orElseThrow();
      case TREND -> values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    };
  }
}
