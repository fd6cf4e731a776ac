package dev.apmexport.benchmarks;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.prometheus.WriteRequestEncoder;
import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.Sample;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map.Entry;
import java.util.Random;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.xerial.snappy.Snappy;

/** Makes the body of one remote-write request: 5,000 points, each of a series with 4 to 6 labels. */
public class EncodeBenchmark extends ShortRun {
  private static final int POINTS = 5_000;
  private static final int ENDPOINTS = 50;
  private static final String[] METHODS = {"GET", "POST", "PUT", "DELETE"};
  private static final long AT_MILLIS = 1_795_208_079_000L;

  private final WriteRequestEncoder encoder = new WriteRequestEncoder();
  private Batch batch = Batch.EMPTY;
  private byte[] raw = {};
  private byte[] packed = {};

  /** Encodes once, which makes the series known, and insists that the generated classes write the same bytes. */
  @Setup
  public void open() throws IOException {
    batch = new Batch(AT_MILLIS, IntStream.range(0, POINTS).mapToObj(EncodeBenchmark::series).toArray(Series[]::new),
        new Random(1).doubles(POINTS).toArray());
    int length = encoder.encode(batch);
    raw = Snappy.uncompress(Arrays.copyOf(encoder.bytes(), length));
    packed = new byte[Snappy.maxCompressedLength(raw.length)];
    if (!Arrays.equals(raw, generated().toByteArray())) {
      throw new IllegalStateException("the encoders do not agree");
    }
  }

  /** An endpoint in the path, a method and a status; up to two more labels. */
  private static Series series(int i) {
    String[] labels = {"method", METHODS[i % METHODS.length], "name", "https://shop.example.com/items/" + i % ENDPOINTS,
        "status", "" + (200 + i % 7), "test_run_id", "4242", "scenario", "default", "group", "::checkout::" + i % 11};
    return new Series("k6_http_req_duration_p" + i, Labels.of(Arrays.copyOf(labels, 8 + 2 * (i % 3))));
  }

  @Benchmark
  public int floorSnappy(Volume volume) throws IOException {
    count(volume);
    return Snappy.compress(raw, 0, raw.length, packed, 0);
  }

  @Benchmark
  public int ours(Volume volume) {
    count(volume);
    return encoder.encode(batch);
  }

  @Benchmark
  public byte[] peerGenerated(Volume volume) throws IOException {
    count(volume);
    return Snappy.compress(generated().toByteArray());
  }

  private WriteRequest generated() {
    WriteRequest.Builder request = WriteRequest.newBuilder();
    for (int i = 0; i < batch.size(); i++) {
      Series one = batch.series()[i];
      TimeSeries.Builder series = TimeSeries.newBuilder();
      for (Entry<String, String> label : one.labels().with("__name__", one.name()).toMap().entrySet()) {
        series.addLabels(Label.newBuilder().setName(label.getKey()).setValue(label.getValue()));
      }
      series.addSamples(Sample.newBuilder().setValue(batch.values()[i]).setTimestamp(batch.atMillis()));
      request.addTimeseries(series);
    }
    return request.build();
  }

  private void count(Volume volume) {
    volume.bytes += raw.length;
    volume.samples += POINTS;
  }
}
