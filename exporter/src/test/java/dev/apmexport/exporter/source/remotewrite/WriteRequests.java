package dev.apmexport.exporter.source.remotewrite;

import com.google.protobuf.CodedOutputStream;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Builds remote write requests byte by byte, the wrong ones too. */
public final class WriteRequests {
  private static final long STALE = 0x7ff0000000000002L;

  /** Writes the fields of one message. */
  @FunctionalInterface
  interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private final ByteArrayOutputStream request = new ByteArrayOutputStream();

  /** A sample of a series. */
  public record Sample(double value, long atMillis) {}

  /**
   * A series with samples.
   *
   * @param labels names and values in turn, as they stand on the wire
   */
  public WriteRequests series(String[] labels, Sample... samples) {
    return timeSeries(labels, out -> {
      for (Sample sample : samples) {
        nested(out, 2, one -> {
          one.writeDouble(1, sample.value);
          one.writeInt64(2, sample.atMillis);
        });
      }
    });
  }

  /** A series with a name, a label {@code scenario} and one sample. */
  public WriteRequests sample(String name, double value, long atMillis) {
    return series(labels(name), new Sample(value, atMillis));
  }

  /** The mark that ends a series. */
  public WriteRequests end(String name, long atMillis) {
    return timeSeries(labels(name), out -> nested(out, 2, one -> {
      one.writeFixed64(1, STALE);
      one.writeInt64(2, atMillis);
    }));
  }

  WriteRequests histogram(String[] labels, Fields histogram) {
    return timeSeries(labels, out -> nested(out, 4, histogram));
  }

  private WriteRequests timeSeries(String[] labels, Fields samples) {
    return raw(1, series -> {
      for (int i = 0; i < labels.length; i += 2) {
        String name = labels[i];
        String value = labels[i + 1];
        nested(series, 1, label -> {
          label.writeString(1, name);
          label.writeString(2, value);
        });
      }
      samples.write(series);
    });
  }

  WriteRequests raw(int field, Fields content) {
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(request);
      nested(out, field, content);
      out.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String[] labels(String name) {
    return new String[]{"__name__", name, "scenario", "default"};
  }

  static void nested(CodedOutputStream out, int field, Fields content) throws IOException {
    out.writeByteArray(field, message(content));
  }

  static byte[] message(Fields content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    content.write(out);
    out.flush();
    return bytes.toByteArray();
  }

  public byte[] bytes() {
    return request.toByteArray();
  }

  /** As it is sent, a snappy block. */
  public byte[] packed() {
    return MetricSets.pack(bytes());
  }
}
