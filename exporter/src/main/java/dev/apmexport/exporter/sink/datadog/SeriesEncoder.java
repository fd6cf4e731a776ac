package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the body of {@code POST /api/v2/series} or {@code /api/v1/series} as JSON, packed with gzip, into buffers of
 * its own. All of a series but its value is written once and copied from then on. One thread.
 */
public final class SeriesEncoder {
  /** Version 1 has a host in every series: a receiver may else take it from an earlier request. */
  private static final String HOST = ",\"host\":\"k6\"";
  /** Up to here every whole number is a double. */
  private static final double EXACT = 0x1p53;

  private final boolean first;
  private final byte[] tail;
  private final Map<Series, byte[]> heads = new HashMap<>();
  private final Buffer raw = new Buffer();
  private final Buffer packed = new Buffer();

  /** Gives its bytes away without a copy. */
  private static final class Buffer extends ByteArrayOutputStream {
    Buffer() {
      super(64 << 10);
    }

    byte[] bytes() {
      return buf;
    }

    void text(String text) {
      writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** For version 2. */
  public SeriesEncoder() {
    this(ApiVersion.V2);
  }

  public SeriesEncoder(ApiVersion version) {
    first = version == ApiVersion.V1;
    tail = (first ? "]]}" : "}]}").getBytes(StandardCharsets.UTF_8);
  }

  /** Encodes a batch of finite values; returns the number of bytes to take from {@link #bytes}. */
  public int encode(Batch batch) {
    write(batch);
    packed.reset();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      raw.writeTo(gzip);
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail to be written", e);
    }
    return packed.size();
  }

  /** The packed batch, valid until the next one. */
  public byte[] bytes() {
    return packed.bytes();
  }

  /** How many bytes the batch encoded last has before packing. */
  public int rawLength() {
    return raw.size();
  }

  private void write(Batch batch) {
    byte[] time = (batch.atMillis() / 1000 + (first ? "," : ",\"value\":")).getBytes(StandardCharsets.UTF_8);
    raw.reset();
    raw.text("{\"series\":[");
    for (int i = 0; i < batch.size(); i++) {
      raw.text(i == 0 ? "" : ",");
      raw.writeBytes(heads.computeIfAbsent(batch.series()[i], this::head));
      raw.writeBytes(time);
      raw.text(number(batch.values()[i]));
      raw.writeBytes(tail);
    }
    raw.text("]}");
  }

  private static String number(double value) {
    return Math.abs(value) < EXACT && value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  /** A series up to the time of its point. */
  private byte[] head(Series series) {
    String interval = Counts.interval(series);
    StringBuilder head = new StringBuilder("{\"metric\":").append(quoted(series.name()));
    head.append(",\"type\":").append(interval.isEmpty() ? gauge() : count());
    if (!interval.isEmpty()) {
      head.append(",\"interval\":").append(interval);
    }
    head.append(first ? HOST : "").append(",\"tags\":[").append(tags(series.labels()));
    return head.append(first ? "],\"points\":[[" : "],\"points\":[{\"timestamp\":").toString()
        .getBytes(StandardCharsets.UTF_8);
  }

  private String count() {
    return first ? "\"count\"" : "1";
  }

  private String gauge() {
    return first ? "\"gauge\"" : "3";
  }

  private static String tags(Labels labels) {
    StringBuilder tags = new StringBuilder();
    for (int i = 0; i < labels.size(); i++) {
      if (!labels.name(i).equals(Counts.INTERVAL)) {
        tags.append(tags.isEmpty() ? "" : ",").append(quoted(labels.name(i) + ":" + labels.value(i)));
      }
    }
    return tags.toString();
  }

  /** As JSON text; legal names and tags hold nothing to escape, and nothing else may break the request. */
  private static String quoted(String text) {
    StringBuilder json = new StringBuilder(text.length() + 2).append('"');
    text.chars().forEach(c -> {
      if (c == '"' || c == '\\') {
        json.append('\\').append((char) c);
      } else if (c < ' ') {
        json.append(String.format("\\u%04x", c));
      } else {
        json.append((char) c);
      }
    });
    return json.append('"').toString();
  }
}
