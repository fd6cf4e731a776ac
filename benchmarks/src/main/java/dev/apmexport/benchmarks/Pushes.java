package dev.apmexport.benchmarks;

import dev.apmexport.standalone.demo.Push;
import dev.apmexport.standalone.demo.RecordedRun;
import java.io.IOException;
import java.util.List;
import org.xerial.snappy.Snappy;

/** Pushes to read, as they come from the network. */
final class Pushes {
  /** Of the recording in which k6 sent buckets of 1 s: 84 pushes of at most 50 series. */
  static final String RECORDED = "recorded";
  /** One push of 1,000 series, the most that k6 sends at once unless told otherwise. */
  static final String SYNTHETIC = "synthetic";

  private Pushes() {}

  static List<byte[]> named(String payload) throws IOException {
    return switch (payload) {
      case RECORDED ->
        RecordedRun.load(RecordedRun.ONE_SECOND).pushes("1", 0).stream().map(Push::snappyMetricSet).toList();
      case SYNTHETIC -> List.of(Snappy.compress(SyntheticPush.make().toByteArray()));
      default -> throw new IllegalArgumentException("no such payload: " + payload);
    };
  }
}
