package dev.apmexport.benchmarks;

import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.k6.SnappyBlock;
import dev.apmexport.standalone.demo.Push;
import dev.apmexport.standalone.demo.RecordedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import tools.jackson.databind.json.JsonMapper;

/**
 * Folds a whole run for one export: reads, resamples into windows of 3 s and cuts into steps. Every call begins with
 * nothing known.
 */
public class PipelineBenchmark extends ShortRun {
  private static final String PROMETHEUS = """
      "provider": "prometheus", "remoteWriteURL": "http://localhost:9090/api/v1/write"\
      """;

  /** {@code default}: the default metrics without tags. {@code tagged}: also requests by name, method and status. */
  @Param({"default", "tagged"})
  public String block = "default";

  /** How often the recorded 40 s follow each other; 15 times are ten minutes. */
  @Param({"1", "15"})
  public int rounds = 1;

  private final SnappyBlock unpacked = new SnappyBlock();
  private final FieldScan scan = new FieldScan();
  private final Sums sums = new Sums();
  private final List<LogRecord> log = new ArrayList<>();
  private ExportConfig config = config("default");
  private long bytes;
  private long samples;

  @Setup
  public void open() throws InvalidPush {
    config = config(block);
    RecordedRun run = RecordedRun.load(RecordedRun.ONE_SECOND);
    for (int round = 0; round < rounds; round++) {
      long shift = round * (run.lastBucketEndSeconds() - run.firstBucketSeconds());
      for (Push push : run.pushes("1", shift)) {
        long at = (run.firstBucketSeconds() + shift) * 1000 + push.offsetMillis();
        log.add(new LogRecord(log.size() + 1, at, LogRecord.Kind.METRIC_SET, "", 0, 0, push.snappyMetricSet()));
      }
    }
    floorScan(new Volume());
    samples = sums.samples();
    for (LogRecord record : log) {
      unpacked.open(record.payload());
      bytes += unpacked.length();
    }
  }

  private static ExportConfig config(String name) {
    String json = switch (name) {
      case "default" -> "{" + PROMETHEUS + "}";
      case "tagged" -> "{" + PROMETHEUS + """
          , "metrics": [
            {"sourceMetric": "http_reqs", "keepTags": ["name", "method", "status"]},
            {"sourceMetric": "http_req_duration", "keepTags": ["name", "method", "status"]}
          ]}""";
      default -> throw new IllegalArgumentException("no such block: " + name);
    };
    ApmBlock block = ApmBlocks.readBlock(0, JsonMapper.shared().readTree(json));
    return Objects.requireNonNull(block.config(), () -> block.problems().toString());
  }

  @Benchmark
  public double floorScan(Volume volume) throws InvalidPush {
    sums.clear();
    for (LogRecord record : log) {
      unpacked.open(record.payload());
      scan.scan(unpacked.bytes(), unpacked.length(), sums);
    }
    count(volume);
    return sums.total();
  }

  @Benchmark
  public long ours(Volume volume) throws InvalidPush {
    count(volume);
    return fold().points();
  }

  RunFold fold() throws InvalidPush {
    RunFold fold = new RunFold(config);
    fold.play(log);
    return fold;
  }

  private void count(Volume volume) {
    volume.bytes += bytes;
    volume.samples += samples;
  }
}
