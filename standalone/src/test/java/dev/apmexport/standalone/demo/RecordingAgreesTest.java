package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What k6 pushed and what it wrote down of the same run are the same: only so the raw samples may judge an export. */
class RecordingAgreesTest {

  @ParameterizedTest
  @ValueSource(strings = {RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS})
  void every_bucket_of_every_series_was_pushed_as_it_was_measured(String name) {
    RecordedRun run = RecordedRun.load(name);
    Totals pushed = Totals.pushed(run);
    Totals measured = Totals.measured(run);

    assertThat(pushed.values().keySet()).isEqualTo(measured.values().keySet());
    measured.values().forEach((cell, value) -> assertThat(new Expected.Exact(value).matches(pushed.values().get(cell)))
        .as("%s measured %s, pushed %s", cell, value, pushed.values().get(cell)).isTrue());
  }

  /** Aggregated over tags, which is what an export without {@code keepTags} does. */
  @ParameterizedTest
  @ValueSource(strings = {RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS})
  void every_bucket_of_every_metric_adds_up(String name) {
    RecordedRun run = RecordedRun.load(name);
    Map<String, Double> pushed = byMetric(Totals.pushed(run));
    Map<String, Double> measured = byMetric(Totals.measured(run));

    assertThat(pushed.keySet()).isEqualTo(measured.keySet());
    measured.forEach((what, value) -> assertThat(new Expected.Exact(value).matches(pushed.get(what)))
        .as("%s measured %s, pushed %s", what, value, pushed.get(what)).isTrue());
  }

  private static Map<String, Double> byMetric(Totals totals) {
    var sums = new TreeMap<String, Double>();
    totals.values().forEach((cell, value) -> {
      if (!cell.what().equals("min") && !cell.what().equals("max")) {
        sums.merge(cell.metric() + " " + cell.bucket() + " " + cell.what(), value, Double::sum);
      }
    });
    return sums;
  }

  @ParameterizedTest
  @ValueSource(strings = {RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS})
  void the_last_of_a_gauge_is_one_of_its_bucket(String name) {
    RecordedRun run = RecordedRun.load(name);
    var measured = new HashSet<Totals.Last>();
    run.samples(0).forEach(sample -> measured.add(new Totals.Last(sample.bucketStart(run.bucketSeconds()),
        sample.metric(), sample.wireTags(), sample.value())));

    assertThat(Totals.pushed(run).lasts()).isNotEmpty().allMatch(measured::contains);
  }

  @ParameterizedTest
  @ValueSource(strings = {RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS})
  void the_first_and_the_last_bucket_are_those_of_the_samples(String name) {
    RecordedRun run = RecordedRun.load(name);
    var starts = run.samples(0).stream().collect(Collectors
        .summarizingLong(sample -> sample.bucketStart(run.bucketSeconds())));

    assertThat(run.firstBucketSeconds()).isEqualTo(starts.getMin());
    assertThat(run.lastBucketEndSeconds()).isEqualTo(starts.getMax() + run.bucketSeconds());
  }
}
