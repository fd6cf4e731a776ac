package dev.apmexport.exporter.sink.prometheus;

import com.google.protobuf.CodedOutputStream;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Map.Entry;
import org.xerial.snappy.Snappy;

/**
 * Writes remote write 1.0's WriteRequest as a snappy block into buffers of its own. The labels of a series are encoded
 * once and copied from then on. Field numbers: Prometheus' {@code prompb/remote.proto} and {@code types.proto}. One
 * thread.
 */
public final class WriteRequestEncoder {
  private static final int TIMESERIES = 1 << 3 | 2;
  private static final int LABEL = 1 << 3 | 2;
  private static final int SAMPLE = 2 << 3 | 2;
  private static final int VALUE = 1 << 3 | 1;
  private static final int TIMESTAMP = 2 << 3;

  private final Map<Series, byte[]> labelBlocks = new HashMap<>();
  private byte[] raw = new byte[64 << 10];
  private byte[] packed = new byte[64 << 10];

  /** Encodes a batch; returns the number of bytes to take from {@link #bytes}. */
  public int encode(Batch batch) {
    int length = write(batch);
    int bound = Snappy.maxCompressedLength(length);
    if (packed.length < bound) {
      packed = new byte[bound];
    }
    try {
      return Snappy.compress(raw, 0, length, packed, 0);
    } catch (IOException e) {
      throw new IllegalStateException("snappy cannot pack " + length + " bytes", e);
    }
  }

  /** The encoded batch, valid until the next one. */
  public byte[] bytes() {
    return packed;
  }

  /** The protobuf before packing, for tests and measurements: writes it and returns its length. */
  int write(Batch batch) {
    int sampleLength = 1 + 8 + 1 + CodedOutputStream.computeInt64SizeNoTag(batch.atMillis());
    reserve(batch, sampleLength);
    CodedOutputStream out = CodedOutputStream.newInstance(raw);
    try {
      for (int i = 0; i < batch.size(); i++) {
        byte[] labels = labels(batch.series()[i]);
        out.writeUInt32NoTag(TIMESERIES);
        out.writeUInt32NoTag(labels.length + 2 + sampleLength);
        out.writeRawBytes(labels);
        out.writeUInt32NoTag(SAMPLE);
        out.writeUInt32NoTag(sampleLength);
        out.writeUInt32NoTag(VALUE);
        // Raw bits: a stale marker is a NaN with a payload, which doubleToLongBits would lose.
        out.writeFixed64NoTag(Double.doubleToRawLongBits(batch.values()[i]));
        out.writeUInt32NoTag(TIMESTAMP);
        out.writeInt64NoTag(batch.atMillis());
      }
      return out.getTotalBytesWritten();
    } catch (IOException e) {
      throw new IllegalStateException("the buffer was measured too small", e);
    }
  }

  byte[] raw() {
    return raw;
  }

  private void reserve(Batch batch, int sampleLength) {
    long needed = 0;
    for (Series series : batch.series()) {
      needed += labels(series).length + sampleLength + 2L + 6L;
    }
    if (needed > raw.length) {
      raw = new byte[Math.toIntExact(needed + needed / 4)];
    }
  }

  private byte[] labels(Series series) {
    byte[] known = labelBlocks.get(series);
    if (known != null) { return known; }
    byte[] block = labelBlock(series);
    labelBlocks.put(series, block);
    return block;
  }

  /** {@code __name__} among the others, all sorted by the bytes of their names, which are ASCII. */
  private static byte[] labelBlock(Series series) {
    Labels all = series.labels().with("__name__", series.name());
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(block);
      for (Entry<String, String> label : all.toMap().entrySet()) {
        byte[] name = label.getKey().getBytes(StandardCharsets.UTF_8);
        byte[] value = label.getValue().getBytes(StandardCharsets.UTF_8);
        out.writeUInt32NoTag(LABEL);
        out.writeUInt32NoTag(
            CodedOutputStream.computeByteArraySize(1, name) + CodedOutputStream.computeByteArraySize(2, value));
        out.writeByteArray(1, name);
        out.writeByteArray(2, value);
      }
      out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail to be written", e);
    }
    return block.toByteArray();
  }
}
