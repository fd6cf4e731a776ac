package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.source.InMemoryMetricLog;
import dev.apmexport.standalone.demo.SplitRun.Arrival;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One run measured by four k6 at once comes out as if one had measured it all. */
class LoadGeneratorsTest {
  private static final int SENDERS = 4;
  private static final int WINDOW = 3;
  private static final Duration KEY = Duration.ofHours(24);
  /** So long after its last bucket a load generator's virtual users still count. */
  private static final int SILENCE = 9;
  private static final LongPredicate ALL = _ -> true;
  private static final Recording RECORDING = new Recording(RecordedRun.ONE_SECOND);

  private final SplitRun run = new SplitRun(RECORDING.samples(), SENDERS, 1);
  private final List<Arrival> arrivals = new ArrayList<>();
  private final List<List<RawSample>> delivered = Stream.generate(() -> (List<RawSample>) new ArrayList<RawSample>())
      .limit(SENDERS).toList();
  private LibraryExport export;
  private Instant now = Instant.EPOCH;

  @BeforeEach
  void open() {
    export = new LibraryExport();
  }

  @AfterEach
  void close() {
    export.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 10})
  void four_together_are_one(int resampleSeconds) throws Exception {
    send(run, 0, ALL, 0);
    send(run, 1, ALL, 0);
    send(run, 2, ALL, 0);
    send(run, 3, ALL, 0);

    assertExact(RECORDING.truth(resampleSeconds, DemoExport.expectations()), resampleSeconds);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void one_that_is_3_seconds_slower_than_the_others_makes_nothing_late(int slow) throws Exception {
    for (int sender = 0; sender < SENDERS; sender++) {
      send(run, sender, ALL, sender == slow ? 3_000 : 0);
    }

    assertExact(RECORDING.truth(1, DemoExport.expectations()), 1);
  }

  @Test
  void one_that_joins_in_the_middle_makes_nothing_late() throws Exception {
    long joins = RECORDING.begin().getEpochSecond() + 20;
    for (int sender = 0; sender < SENDERS; sender++) {
      send(run, sender, sender == 2 ? bucket -> bucket >= joins : ALL, 0);
    }

    assertExact(truth(1), 1);
  }

  @Test
  void one_that_is_silent_for_a_minute_and_back_makes_nothing_late() throws Exception {
    SplitRun longer = longer();
    LongPredicate heard = heard();
    for (int sender = 0; sender < SENDERS; sender++) {
      send(longer, sender, sender == 1 ? heard : ALL, sender == 3 ? 3_000 : 0);
    }

    assertExact(truth(WINDOW), WINDOW);
  }

  @Test
  void of_one_that_is_back_only_what_it_held_back_is_late_and_totals_come_right() throws Exception {
    SplitRun longer = longer();
    long first = RECORDING.begin().getEpochSecond() - 90;
    for (int sender = 0; sender < SENDERS; sender++) {
      send(longer, sender, sender == 1 ? heard() : ALL, sender == 3 ? 3_000 : 0);
    }
    export(WINDOW);
    long selected = counts().selected();
    longer.arrivals(LibraryExport.TEST_RUN_ID, 1, bucket -> bucket == first + 30)
        .forEach(push -> arrivals.add(push.later(59_500))); // right before its first push of what is new
    delivered.get(1).addAll(longer.samples(1, bucket -> bucket == first + 30));
    LibraryExport.Outcome outcome = export(WINDOW);

    assertThat(counts().late()).isPositive().isEqualTo(counts().selected() - selected);
    totals(truth(WINDOW)).forEach((series, points) -> assertThat(
        points.get(points.lastKey()).matches(outcome.held().get(series).get(outcome.held().get(series).lastKey())))
        .as("%s: %s, %s", series, points, outcome.held().get(series)).isTrue());
  }

  @Test
  void retries_count_once_and_the_same_bytes_from_another_twice() throws Exception {
    List<Push> pushes = RecordedRun.load(RecordedRun.ONE_SECOND).pushes(LibraryExport.TEST_RUN_ID, RECORDING.shift());
    long begin = RECORDING.begin().toEpochMilli();
    for (Push push : pushes) {
      for (int sender = 0; sender < 2; sender++) {
        for (int retry = 0; retry < 3; retry++) {
          arrivals.add(new Arrival(begin + push.offsetMillis() + retry * 500L, sender, push));
        }
      }
    }
    delivered.get(0).addAll(RECORDING.samples());
    delivered.get(1).addAll(RECORDING.samples());

    assertExact(truth(WINDOW), WINDOW);
  }

  /** Three times the recording, one after the other. */
  private static SplitRun longer() {
    return new SplitRun(Stream.of(-90, -45, 0)
        .flatMap(shift -> RECORDING.samples().stream().map(sample -> sample.shifted(shift))).toList(), SENDERS, 2);
  }

  /** All buckets but those of a minute in the middle. */
  private static LongPredicate heard() {
    long silent = RECORDING.begin().getEpochSecond() - 90 + 30;
    return bucket -> bucket < silent || bucket >= silent + 60;
  }

  private void send(SplitRun of, int sender, LongPredicate buckets, long delayMillis) {
    of.arrivals(LibraryExport.TEST_RUN_ID, sender, buckets).forEach(push -> arrivals.add(push.later(delayMillis)));
    delivered.get(sender).addAll(of.samples(sender, buckets));
  }

  private LibraryExport.Outcome export(int resampleSeconds) throws Exception {
    var log = new InMemoryMetricLog(() -> now);
    arrivals.stream().sorted(Comparator.comparingLong(Arrival::atMillis)).forEach(arrival -> {
      now = Instant.ofEpochMilli(arrival.atMillis());
      log.append(arrival.push().idempotencyKey(), KEY, arrival.instance(), arrival.push().snappyMetricSet());
    });
    log.finish();
    return export.run(log.feed(), 1, url -> DemoExport.options(url, resampleSeconds));
  }

  private void assertExact(SortedMap<OutputSeries, SortedMap<Long, Expected>> truth, int resampleSeconds)
      throws Exception {
    LibraryExport.Outcome outcome = export(resampleSeconds);
    Comparison comparison = Comparison.of(truth, outcome.held());

    assertThat(counts().late()).isZero();
    assertThat(comparison.allEqual()).as("%s%n%s", comparison.table(), comparison.differences()).isTrue();
    assertThat(outcome.report().exact()).as(outcome.report().toString()).isTrue();
    assertThat(outcome.report().asExpected()).as(outcome.report().toString()).isEqualTo(outcome.report().expected());
  }

  private ExportStatus.Samples counts() {
    return export.status().samples();
  }

  /** What was delivered demands, with the virtual users of those that were heard of lately. */
  private SortedMap<OutputSeries, SortedMap<Long, Expected>> truth(int resampleSeconds) {
    SortedMap<OutputSeries, SortedMap<Long, Expected>> truth = RECORDING.truth(resampleSeconds,
        DemoExport.expectations(), delivered.stream().flatMap(List::stream).toList());
    truth.forEach((series, points) -> {
      if (SplitRun.ADDED_UP.contains(series.name().substring("k6_".length()))) {
        points.replaceAll((end, _) -> new Expected.Exact(virtualUsers(series.name().substring(3), end / 1000)));
      }
    });
    return truth;
  }

  /** At the end of a window. */
  private double virtualUsers(String metric, long end) {
    List<NavigableMap<Long, Double>> each = delivered.stream().map(samples -> seen(metric, samples).headMap(end, false))
        .filter(seen -> !seen.isEmpty()).toList();
    long newest = each.stream().mapToLong(NavigableMap::lastKey).max().orElseThrow();
    return each.stream().filter(seen -> seen.lastKey() == newest || end - (seen.lastKey() + 1) <= SILENCE)
        .mapToDouble(seen -> seen.lastEntry().getValue()).sum();
  }

  private static NavigableMap<Long, Double> seen(String metric, List<RawSample> samples) {
    var seen = new TreeMap<Long, Double>();
    samples.stream().filter(sample -> sample.metric().equals(metric))
        .forEach(sample -> seen.put(sample.bucketStart(1), sample.value()));
    return seen;
  }

  private static SortedMap<OutputSeries, SortedMap<Long, Expected>> totals(
      SortedMap<OutputSeries, SortedMap<Long, Expected>> truth) {
    var totals = new TreeMap<>(truth);
    totals.values().removeIf(points -> !(points.get(points.firstKey()) instanceof Expected.Exact(double first))
        || first != 0);
    return totals;
  }
}
