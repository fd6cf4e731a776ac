package dev.apmexport.benchmarks;

import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.k6.MetricSetReader;
import dev.apmexport.exporter.source.k6.SnappyBlock;
import java.io.IOException;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Reads pushes whose series are known already. */
public class DecodeBenchmark extends ShortRun {
  private static final TimeBounds ANY_TIME = new TimeBounds(Long.MIN_VALUE, Long.MAX_VALUE);
  private static final int SERIES_LIMIT = 100_000;

  @Param({Pushes.RECORDED, Pushes.SYNTHETIC})
  public String payload = Pushes.RECORDED;

  private final SnappyBlock block = new SnappyBlock();
  private final FieldScan scan = new FieldScan();
  private final MetricSetReader reader = new MetricSetReader(new SeriesTable(SERIES_LIMIT));
  private final Sums sums = new Sums();
  private List<byte[]> pushes = List.of();
  private long samples;

  /** Reads everything once, which makes the series known, and insists that all ways find the same. */
  @Setup
  public void open() throws IOException, InvalidPush {
    pushes = Pushes.named(payload);
    Volume volume = new Volume();
    double total = ours(volume);
    samples = sums.samples();
    if (total != floorScan(volume) || total != peerGenerated(volume)) {
      throw new IllegalStateException("the readers do not agree on " + payload);
    }
  }

  @Benchmark
  public long floorSnappy(Volume volume) throws InvalidPush {
    long length = 0;
    for (byte[] push : pushes) {
      block.open(push);
      length += block.length();
    }
    volume.bytes += length;
    volume.samples += samples;
    return length;
  }

  @Benchmark
  public double floorScan(Volume volume) throws InvalidPush {
    sums.clear();
    for (byte[] push : pushes) {
      block.open(push);
      scan.scan(block.bytes(), block.length(), sums);
      volume.bytes += block.length();
    }
    volume.samples += samples;
    return sums.total();
  }

  @Benchmark
  public double ours(Volume volume) throws InvalidPush {
    sums.clear();
    for (byte[] push : pushes) {
      block.open(push);
      reader.read(block.bytes(), block.length(), ANY_TIME, sums);
      volume.bytes += block.length();
    }
    volume.samples += samples;
    return sums.total();
  }

  @Benchmark
  public double peerGenerated(Volume volume) throws InvalidPush, IOException {
    sums.clear();
    for (byte[] push : pushes) {
      block.open(push);
      GeneratedWalk.walk(block.bytes(), block.length(), sums);
      volume.bytes += block.length();
    }
    volume.samples += samples;
    return sums.total();
  }
}
