package dev.apmexport.standalone.demo;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.xerial.snappy.Snappy;

/**
 * One metric push of a recorded run.
 *
 * @param offsetMillis when k6 sent it, since its first request
 * @param idempotencyKey of the header {@code K6-Idempotency-Key}; k6 repeats it when it repeats the push
 * @param snappyMetricSet the body: a {@code MetricSet} as one snappy block
 */
@SuppressWarnings("ArrayRecordComponent") // a body on its way to a socket; nobody compares pushes
public record Push(long offsetMillis, String idempotencyKey, byte[] snappyMetricSet) {

  public MetricSet metricSet() {
    try {
      return MetricSet.parseFrom(Snappy.uncompress(snappyMetricSet));
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException("the recorded push is not a MetricSet", e);
    } catch (IOException e) {
      throw new UncheckedIOException("the recorded push is not a snappy block", e);
    }
  }

  /** The same push of another test run, with every bucket that many seconds later. */
  Push of(String testRunId, long shiftSeconds) {
    var shifted = (MetricSet) BucketTimes.shifted(metricSet(), shiftSeconds);
    byte[] raw = shifted.toBuilder().setTestRunId(testRunId).build().toByteArray();
    try {
      return new Push(offsetMillis, idempotencyKey, Snappy.compress(raw));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
