package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.source.k6.wire.CounterValue;
import dev.apmexport.exporter.source.k6.wire.Metric;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedRunTest {
  @ParameterizedTest
  @CsvSource({"run-o-cloud, 2.2.0, 1, 84, 30267", "run-o-cloud-default-config, 1.8.1, 3, 8, 19714"})
  void a_recording_is_complete(String name, String k6, int bucketSeconds, int pushes, int samples) {
    RecordedRun run = RecordedRun.load(name);

    assertThat(run.k6Version()).isEqualTo(k6);
    assertThat(run.bucketSeconds()).isEqualTo(bucketSeconds);
    assertThat(run.pushes("4242", 0)).hasSize(pushes);
    assertThat(run.samples(0)).hasSize(samples);
    assertThat(run.pushes("4242", 0)).extracting(Push::idempotencyKey).doesNotHaveDuplicates();
    assertThat(run.pushes("4242", 0)).extracting(Push::offsetMillis).isSorted();
    assertThat(run.pushes("4242", 0).getLast().offsetMillis()).isLessThanOrEqualTo(run.finishOffsetMillis());
    assertThat(new String(run.createBody(), StandardCharsets.UTF_8)).contains("\"name\":\"Shop checkout\"");
    assertThat(new String(run.finishBody(), StandardCharsets.UTF_8)).contains("\"run_status\":3");
  }

  @ParameterizedTest
  @ValueSource(strings = {RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS})
  void a_push_of_another_run_differs_in_id_and_times_only(String name) {
    RecordedRun run = RecordedRun.load(name);
    List<Push> recorded = run.pushes("4242", 0);
    List<Push> replayed = run.pushes("777", 3600);

    for (int i = 0; i < recorded.size(); i++) {
      MetricSet before = recorded.get(i).metricSet();
      MetricSet after = replayed.get(i).metricSet();
      assertThat(before.getAggregationPeriod()).isEqualTo(run.bucketSeconds());
      assertThat(after.getTestRunId()).isEqualTo("777");
      assertThat(times(after)).isEqualTo(times(before).stream().map(time -> time + 3600).toList());
      assertThat(ordersOf(after)).isEqualTo(ordersOf(before));
      assertThat(BucketTimes.shifted(after, -3600))
          .isEqualTo(before.toBuilder().setTestRunId("777").build());
    }
  }

  @Test
  void a_run_ends_before_the_time_it_is_shifted_to() {
    RecordedRun run = RecordedRun.load(RecordedRun.ONE_SECOND);
    for (long second = 0; second < 30; second++) {
      Instant now = Instant.ofEpochSecond(2_000_000_000L + second);
      long shift = run.shiftToEndBefore(now);
      assertThat(shift % 30).isZero();
      assertThat(now.getEpochSecond() - (run.lastBucketEndSeconds() + shift)).isBetween(1L, 30L);
    }
  }

  @Test
  void samples_are_shifted_like_the_pushes() {
    RecordedRun run = RecordedRun.load(RecordedRun.ONE_SECOND);

    RawSample first = run.samples(0).getFirst();
    assertThat(first.timeNanos()).isEqualTo(1_795_208_067_374_263_185L);
    assertThat(first.bucketStart(1)).isEqualTo(1_795_208_067L).isEqualTo(run.firstBucketSeconds());
    assertThat(run.samples(30).getFirst()).isEqualTo(first.shifted(30));
  }

  @Test
  void a_shift_that_would_split_buckets_is_refused() {
    RecordedRun run = RecordedRun.load(RecordedRun.THREE_SECONDS);
    assertThatThrownBy(() -> run.pushes("1", 31)).hasMessage("shift must be a multiple of 3 s; got 31");
    assertThatThrownBy(() -> run.samples(31)).hasMessage("shift must be a multiple of 3 s; got 31");
  }

  private static List<Long> times(MetricSet set) {
    var times = new ArrayList<Long>();
    BucketTimes.forEach(set, times::add);
    return times;
  }

  private static double ordersOf(MetricSet set) {
    return set.getMetricsList().stream().filter(metric -> metric.getName().equals("orders"))
        .map(Metric::getTimeSeriesList).flatMap(List::stream)
        .flatMap(series -> series.getCounterSamples().getValuesList().stream()).mapToDouble(CounterValue::getValue)
        .sum();
  }
}
