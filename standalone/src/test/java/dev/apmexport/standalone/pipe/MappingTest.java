package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import dev.apmexport.exporter.source.InvalidPush;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What samples come to, by their metric's type and the mapping. */
class MappingTest {
  private static final long T = 1_800_000_000L;
  private static final RemoteWriteConfig SINK = new RemoteWriteConfig(URI.create("http://127.0.0.1:9/w"),
      new Credentials.None(), new Amendment.Refused());

  private final List<String> points = new ArrayList<>();
  private final SampleTally tally = new SampleTally();
  private EveryMetric route = route(100);

  private static EveryMetric route(int limit) {
    return new EveryMetric(SINK, new EveryMetric.Tags(true, false),
        output -> SINK.seriesNames(output.type(), output.name()), limit);
  }

  private static RunSettings run() {
    return new RunSettings("", 1, 1_000, 100, RunSettings.FOLD_VERSION);
  }

  private Steps steps() {
    return Steps.first(new Steps.Layout(1, 1_000), step -> {
      for (int i = 0; i < step.batch().size(); i++) {
        points.add(step.batch().series()[i] + "@" + (step.batch().atMillis() - T * 1_000) + "="
            + step.batch().values()[i]);
      }
    });
  }

  private RawPoints raw() {
    route = new EveryMetric(SINK, new EveryMetric.Tags(true, false), output -> List.of(output.name()), 100);
    RawPoints mapping = new RawPoints(run(), route, steps(), tally);
    mapping.now((T + 100) * 1_000);
    return mapping;
  }

  private Windows windows(int seconds) {
    Windows mapping = new Windows(run(), seconds, route, steps().windows(new RepeatableShape(SINK.shape())), tally);
    mapping.now((T + 100) * 1_000);
    return mapping;
  }

  private static void define(Mapping mapping, String metric, String type) throws InvalidPush {
    line(mapping, "{\"type\":\"Metric\",\"data\":{\"name\":\"" + metric + "\",\"type\":\"" + type + "\"},\"metric\":\""
        + metric + "\"}");
  }

  private static void sample(Mapping mapping, String metric, long millis, double value, String... tags)
      throws InvalidPush {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < tags.length; i += 2) {
      labels.append(i == 0 ? "" : ",").append('"').append(tags[i]).append("\":\"").append(tags[i + 1]).append('"');
    }
    line(mapping, "{\"metric\":\"" + metric + "\",\"type\":\"Point\",\"data\":{\"time\":\""
        + Instant.ofEpochMilli(T * 1_000 + millis) + "\",\"value\":" + value + ",\"tags\":{" + labels + "}}}");
  }

  private static void line(Mapping mapping, String line) throws InvalidPush {
    mapping.line(line.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void raw_values_of_one_series_and_millisecond_become_one_by_their_type() throws InvalidPush {
    RawPoints raw = raw();
    define(raw, "times", "trend");
    define(raw, "level", "gauge");
    for (double value : new double[]{3, 7, 5}) {
      sample(raw, "http_reqs", 10, value);
      sample(raw, "times", 10, value);
      sample(raw, "level", 10, value);
      sample(raw, "checks", 10, value == 7 ? 0 : value);
    }
    raw.end();

    assertThat(points).containsExactlyInAnyOrder("k6_http_reqs@10=15.0", "k6_times@10=7.0", "k6_level@10=5.0",
        "k6_checks@10=" + 2.0 / 3);
    assertThat(tally.read()).isEqualTo(12);
    assertThat(tally.merged()).isEqualTo(8);
    assertThat(tally.unused()).isZero();
  }

  @Test
  void raw_points_leave_in_the_order_of_time_when_nothing_earlier_can_come() throws InvalidPush {
    RawPoints raw = raw();
    sample(raw, "http_req_duration", 1_500, 2, "url", "/", "name", "n");
    sample(raw, "http_req_duration", 1_000, 1.25, "url", "/");
    raw.handOn();
    assertThat(points).isEmpty();
    sample(raw, "http_req_duration", 3_501, 3, "url", "/");
    raw.handOn();
    assertThat(points).containsExactly("k6_http_req_duration{url=\"/\"}@1000=1.25",
        "k6_http_req_duration{url=\"/\"}@1500=2.0");
    sample(raw, "http_req_duration", 1_200, 9, "url", "/");
    raw.end();

    assertThat(points).hasSize(3);
    assertThat(tally.tooLateOnes()).isOne();
    assertThat(tally.unused()).isOne();
  }

  @Test
  void windows_have_the_services_points_but_for_the_zero_that_opens_a_total() throws InvalidPush {
    Windows windows = windows(2);
    sample(windows, "iterations", 100, 1, "scenario", "a");
    sample(windows, "iterations", 1_999, 1, "scenario", "a");
    sample(windows, "vus", 500, 4);
    windows.handOn();
    assertThat(points).isEmpty();
    sample(windows, "vus", 3_000, 5);
    windows.handOn();
    assertThat(points).containsExactly("k6_iterations{scenario=\"a\"}@2=0.0",
        "k6_iterations{scenario=\"a\"}@2000=2.0", "k6_vus@2000=4.0");
    windows.end();

    assertThat(points).endsWith("k6_iterations{scenario=\"a\"}@4000=2.0", "k6_vus@4000=5.0");
    assertThat(tally.read()).isEqualTo(4);
  }

  @Test
  void samples_that_cannot_be_used_are_counted_by_reason_and_late_ones_too() throws InvalidPush {
    Windows windows = windows(1);
    sample(windows, "nobody_knows", 0, 1);
    sample(windows, "vus", 5_000, 1);
    windows.handOn();
    sample(windows, "iterations", 1_000, 1);
    windows.end();

    assertThat(tally.refused()).containsOnly(java.util.Map.entry(Refusal.UNKNOWN_TYPE, 1L));
    assertThat(tally.late()).isOne();
    assertThat(tally.unused()).isOne();
    assertThatThrownBy(() -> line(windows, "{\"metric\":")).isInstanceOf(InvalidPush.class);
  }

  @Test
  void series_beyond_the_limit_and_metrics_of_one_name_are_left_out_and_told() throws InvalidPush {
    route = route(2);
    Windows windows = windows(1);
    define(windows, "a-b", "counter");
    define(windows, "a_b", "counter");
    sample(windows, "a-b", 0, 1);
    sample(windows, "a_b", 0, 1);
    sample(windows, "vus", 0, 1);
    sample(windows, "iterations", 0, 1);
    windows.end();

    assertThat(points).containsExactly("k6_a_b@2=0.0", "k6_a_b@1000=1.0", "k6_vus@1000=1.0");
    assertThat(tally.withoutRoom()).isEqualTo(2);
    assertThat(route.notes()).hasSize(2).anySatisfy(note -> assertThat(note).contains("\"a-b\" and \"a_b\""))
        .anySatisfy(note -> assertThat(note).startsWith("The run has 1 series more than the 2 that are sent"));
  }
}
