package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.Tls;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.datadog.FakeDatadog.Fault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a metric means is told beside its points, on a clock that moves when it is told. */
@Timeout(300)
class DatadogMetadataTest {
  private static final Series REQUESTS = Counts.series("k6.http_reqs", Labels.NONE, 3);
  private static final Series DURATION = new Series("k6.http_req_duration.95percentile", Labels.of("url", "/"));
  private static final Series OTHER_URL = new Series("k6.http_req_duration.95percentile", Labels.of("url", "/b"));
  private static final Series CUSTOM = new Series("shop.stock", Labels.NONE);

  private long second = 1_700_000_000;
  private final InstantSource clock = () -> Instant.ofEpochSecond(second);
  private final FakeDatadog datadog = new FakeDatadog(clock);
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final Queue<Runnable> later = new ArrayDeque<>();
  private final List<Duration> rests = new ArrayList<>();
  private final DatadogSink sink = sink(FakeDatadog.APP_KEY, this::aside);

  @AfterEach
  void close() {
    sink.close();
    http.close();
    datadog.close();
  }

  /** What is due is done at once, what is not is kept. */
  private void aside(Duration after, Runnable what) {
    if (after.isZero()) {
      what.run();
    } else {
      rests.add(after);
      later.add(what);
    }
  }

  /** Lets the time pass until whoever rests looks again. */
  private void rest() {
    second += rests.getLast().toSeconds();
    later.remove().run();
  }

  private DatadogSink sink(String appKey, Aside aside) {
    return new DatadogSink(new DatadogConfig(datadog.uri(), ApiVersion.V2, new Secret(FakeDatadog.KEY),
        appKey == null ? null : new Secret(appKey), Headers.NONE, Tls.STANDARD, DatadogConfig.STATISTICS), http, clock,
        aside);
  }

  private void write(DatadogSink to, Series... series) {
    Batch batch = new Batch(second * 1000, series, new double[series.length]);
    assertThat(to.write(batch)).isEqualTo(new WriteResult.Accepted());
  }

  @Test
  void every_metric_is_told_once_however_many_series_sinks_and_batches_it_has() {
    write(sink, REQUESTS, DURATION, OTHER_URL, CUSTOM);
    second += 100;
    write(sink, REQUESTS, DURATION, OTHER_URL);
    try (DatadogSink another = sink(FakeDatadog.APP_KEY, this::aside)) {
      write(another, CUSTOM, REQUESTS);
    }
    assertThat(datadog.metadata().toString()).isEqualTo("""
        {k6.http_req_duration.95percentile={"type":"gauge","unit":"millisecond",\
        "description":"k6's http_req_duration, 95percentile."}, \
        k6.http_reqs={"type":"count","unit":"request","per_unit":"second","description":"k6's http_reqs."}, \
        shop.stock={"type":"gauge"}}""");
    assertThat(datadog.metadataAttempts("k6.http_reqs")).isEqualTo(1);
    assertThat(datadog.violations()).isEmpty();
  }

  @Test
  void a_metric_that_is_not_known_yet_is_tried_again_later_and_later() {
    datadog.unknownFor(2);
    List<Integer> attempts = new ArrayList<>();
    for (int later : new int[]{0, 29, 1, 59, 1, 1_000}) {
      second += later;
      write(sink, REQUESTS, CUSTOM);
      attempts.add(datadog.metadataAttempts("k6.http_reqs"));
    }
    assertThat(attempts).containsExactly(1, 1, 2, 2, 3, 3);
    assertThat(datadog.metadata()).containsOnlyKeys("k6.http_reqs", "shop.stock");
    assertThat(datadog.violations()).isEmpty();
  }

  @Test
  void a_metric_of_a_run_that_was_over_before_it_was_known_is_told_all_the_same() {
    datadog.unknownFor(2);
    write(sink, REQUESTS);
    sink.close();
    rest();
    rest();
    assertThat(rests).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(60));
    assertThat(datadog.metadata()).containsOnlyKeys("k6.http_reqs");
    assertThat(later).isEmpty();
  }

  @Test
  void half_an_hour_after_the_last_batch_nobody_tries_any_more_until_the_next_one() {
    datadog.unknownFor(100);
    write(sink, REQUESTS);
    while (!later.isEmpty()) {
      rest();
    }
    assertThat(rests).extracting(Duration::toSeconds).containsExactly(30L, 60L, 120L, 240L, 480L, 600L);
    second += 3_600;
    write(sink, REQUESTS);
    assertThat(later).hasSize(1);
  }

  @Test
  void only_one_waits_however_many_batches_come_and_a_new_metric_is_told_at_once() {
    datadog.unknownFor(1);
    write(sink, REQUESTS);
    for (int i = 0; i < 20; i++) {
      second += 1;
      write(sink, REQUESTS);
    }
    datadog.unknownFor(0);
    write(sink, CUSTOM);
    assertThat(later).hasSize(1);
    assertThat(datadog.metadata()).containsOnlyKeys("shop.stock");
    second += 10;
    later.remove().run();
    assertThat(datadog.metadata()).containsOnlyKeys("k6.http_reqs", "shop.stock");
    assertThat(later).isEmpty();
  }

  @Test
  void a_key_without_the_right_is_not_asked_to_again_for_an_hour() {
    int[] asked = {0};
    datadog.metadataFaults(() -> {
      asked[0]++;
      return Fault.FORBIDDEN;
    });
    write(sink, REQUESTS, DURATION, CUSTOM);
    second += 3_599;
    write(sink, REQUESTS, DURATION, CUSTOM);
    assertThat(asked[0]).isEqualTo(1);
    second += 1;
    datadog.metadataFaults(() -> Fault.NONE);
    write(sink, REQUESTS);
    assertThat(datadog.metadata()).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource(names = {"LIMITED", "BUSY", "FAILED", "LOST"})
  void where_datadog_itself_cannot_one_try_is_enough_for_half_a_minute(Fault fault) {
    int[] asked = {0};
    datadog.metadataFaults(() -> {
      asked[0]++;
      return fault;
    });
    write(sink, REQUESTS, DURATION, CUSTOM);
    second += 29;
    write(sink, REQUESTS, DURATION, CUSTOM);
    assertThat(asked[0]).isEqualTo(1);
    second += 1;
    datadog.metadataFaults(() -> Fault.NONE);
    write(sink, CUSTOM);
    assertThat(datadog.metadata()).hasSize(3);
  }

  @Test
  void nothing_waits_for_it_and_only_one_tells_at_a_time() {
    Queue<Runnable> aside = new ArrayDeque<>();
    try (DatadogSink one = sink(FakeDatadog.APP_KEY, (_, what) -> aside.add(what));
        DatadogSink two = sink(FakeDatadog.APP_KEY, (_, what) -> aside.add(what))) {
      write(one, REQUESTS);
      write(one, CUSTOM);
      write(two, DURATION);
      assertThat(datadog.metadata()).isEmpty();
      assertThat(aside).hasSize(1);
      aside.remove().run();
      assertThat(datadog.metadata()).hasSize(3);
    }
  }

  @Test
  void without_an_application_key_nothing_is_told() {
    try (DatadogSink without = sink(null, this::aside)) {
      write(without, REQUESTS);
    }
    assertThat(datadog.metadataAttempts("k6.http_reqs")).isZero();
  }

  @Test
  void with_a_wrong_application_key_points_are_taken_all_the_same() {
    try (DatadogSink wrong = sink("wrong", this::aside)) {
      write(wrong, REQUESTS);
      assertThat(wrong.probe()).isEqualTo(new WriteResult.Accepted());
      assertThat(wrong.examine()).isInstanceOf(WriteResult.NotAuthorized.class);
    }
    assertThat(datadog.points()).isEqualTo(1);
    assertThat(datadog.metadata()).isEmpty();
  }

  @Test
  void of_a_batch_that_is_not_taken_nothing_is_told() {
    datadog.faults(() -> Fault.REFUSED);
    assertThat(sink.write(new Batch(second * 1000, new Series[]{REQUESTS}, new double[1])))
        .isInstanceOf(WriteResult.Invalid.class);
    assertThat(datadog.metadataAttempts("k6.http_reqs")).isZero();
  }

  @ParameterizedTest
  @CsvSource(nullValues = "-", value = {"k6.data_sent,3,byte", "k6.data_received,3,byte", "k6.http_reqs,3,request",
      "k6.iterations,3,-", "k6.vus,0,-", "k6.vus_max,0,-", "k6.http_req_waiting.median,0,millisecond",
      "k6.iteration_duration.max,0,millisecond", "k6.http_req_duration.count,3,-",
      "k6.http_req_duration.sum,3,millisecond",
      "k6.checks,0,fraction", "k6.checks.nonzero,3,-", "k6.checks.total,3,-", "k6.browser_web_vital_cls.avg,0,-",
      "k6.run.http_req_duration.95percentile,0,millisecond", "k6.run.data_sent.count,0,byte", "k6.my_trend.avg,0,-",
      "k6.run.http_req_failed.rate,0,fraction", "shop.http_req_duration.avg,0,-"})
  void a_unit_is_told_where_it_is_known(String name, int interval, String unit) {
    Series series = interval == 0 ? new Series(name, Labels.NONE) : Counts.series(name, Labels.NONE, interval);
    MetricMetadata metadata = MetricMetadata.of(series);
    assertThat(metadata.unit()).isEqualTo(unit);
    assertThat(metadata.type()).isEqualTo(interval == 0 ? "gauge" : "count");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http_req_blocked", "http_req_connecting", "http_req_duration", "http_req_receiving",
      "http_req_sending", "http_req_tls_handshaking", "http_req_waiting", "iteration_duration"})
  void the_times_of_datadogs_own_k6_integration_are_milliseconds_in_every_statistic(String trend) {
    for (String statistic : List.of("avg", "max", "median", "95percentile", "99percentile")) {
      assertThat(MetricMetadata.of(new Series("k6." + trend + "." + statistic, Labels.NONE)).unit())
          .isEqualTo("millisecond");
    }
  }
}
