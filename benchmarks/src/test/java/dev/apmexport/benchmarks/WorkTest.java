package dev.apmexport.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A benchmark that leaves out a part of the work would look fast. */
class WorkTest {
  private final Volume volume = new Volume();

  @ParameterizedTest
  @ValueSource(strings = {Pushes.RECORDED, Pushes.SYNTHETIC})
  void all_readers_find_the_same(String payload) throws Exception {
    DecodeBenchmark decode = new DecodeBenchmark();
    decode.payload = payload;
    decode.open();
    assertThat(decode.ours(volume)).isEqualTo(decode.floorScan(volume)).isEqualTo(decode.peerGenerated(volume));
  }

  @Test
  void a_synthetic_push_has_as_many_series_as_k6_sends_at_once() {
    assertThat(SyntheticPush.make().getMetricsList()).hasSize(4)
        .allSatisfy(metric -> assertThat(metric.getTimeSeriesCount()).isEqualTo(250));
  }

  @Test
  void the_floor_reads_histograms_too() {
    byte[] push = SyntheticPush.make().toByteArray();
    FieldScan scan = new FieldScan();
    scan.scan(push, push.length, new Sums());
    assertThat(scan.histogramCounts()).isGreaterThan(250 * 20);
  }

  @Test
  void all_histograms_hold_the_same_number_of_values() {
    MergeBenchmark merge = new MergeBenchmark();
    merge.fill();
    assertThat(merge.ours(volume)).isEqualTo(merge.peerHdrHistogram(volume)).isEqualTo(256 * 3 * merge.values);
  }

  @Test
  void both_encoders_write_the_same_bytes() throws Exception {
    EncodeBenchmark encode = new EncodeBenchmark();
    encode.open();
    assertThat(encode.peerGenerated(volume)).hasSize(encode.ours(volume));
  }

  @Test
  void the_pipeline_reads_every_sample_and_none_is_late() throws Exception {
    PipelineBenchmark pipeline = new PipelineBenchmark();
    pipeline.rounds = 3;
    pipeline.open();
    RunFold fold = pipeline.fold();
    pipeline.ours(volume);
    assertThat(fold.read()).isEqualTo(volume.samples);
    assertThat(fold.points()).isPositive();
    assertThat(fold.late()).isZero();
  }

  @Test
  void beside_silent_destinations_every_healthy_export_delivers_the_whole_run() throws Exception {
    var arrivals = LagMeasurement.run(20, 1).arrivals().stream()
        .collect(Collectors.groupingBy(Receivers.Arrival::path,
            Collectors.mapping(Receivers.Arrival::atMillis, Collectors.toSet())));
    assertThat(arrivals).hasSize(20);
    assertThat(arrivals.values()).containsOnly(arrivals.get("/0")).allMatch(times -> times.size() > 35);
  }
}
