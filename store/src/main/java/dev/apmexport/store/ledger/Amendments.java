package dev.apmexport.store.ledger;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The points of second-pass batches as bytes: of each batch a count, then for each point its name, labels and value;
 * they share the batch's time. One reader reads the batches of one export, and makes each of its series once: after a
 * long outage there may be millions of points. One thread.
 */
final class Amendments {
  private final Map<ByteBuffer, Series> known = new HashMap<>();

  static byte @Nullable [] encode(List<Point> points) {
    if (points.isEmpty()) { return null; }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(points.size());
      for (Point point : points) {
        text(out, point.series().name());
        Labels labels = point.series().labels();
        out.writeInt(labels.size());
        for (int i = 0; i < labels.size(); i++) {
          text(out, labels.name(i));
          text(out, labels.value(i));
        }
        out.writeLong(Double.doubleToRawLongBits(point.value()));
      }
    } catch (IOException e) {
      throw new IllegalStateException("memory does not fail to be written", e);
    }
    return bytes.toByteArray();
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  List<Point> decode(byte @Nullable [] bytes, long atMillis) {
    if (bytes == null) { return List.of(); }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    try {
      int count = in.getInt();
      List<Point> points = new ArrayList<>(Math.min(count, bytes.length));
      for (int n = 0; n < count; n++) {
        points.add(new Point(series(in), atMillis, Double.longBitsToDouble(in.getLong())));
      }
      return points;
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new IllegalStateException("The ledger holds a second-pass batch that cannot be read.", e);
    }
  }

  private Series series(ByteBuffer in) {
    int from = in.position();
    skipText(in);
    for (int texts = 2 * in.getInt(); texts > 0; texts--) {
      skipText(in);
    }
    ByteBuffer bytes = in.slice(from, in.position() - from);
    Series series = known.get(bytes);
    if (series == null) {
      series = read(bytes.duplicate());
      known.put(ByteBuffer.allocate(bytes.remaining()).put(bytes).flip(), series);
    }
    return series;
  }

  private static Series read(ByteBuffer in) {
    String name = text(in);
    Map<String, String> labels = new TreeMap<>();
    for (int l = in.getInt(); l > 0; l--) {
      labels.put(text(in), text(in));
    }
    return new Series(name, Labels.of(labels));
  }

  private static void skipText(ByteBuffer in) {
    int length = in.getInt();
    in.position(in.position() + length);
  }

  private static String text(ByteBuffer in) {
    byte[] utf8 = new byte[in.getInt()];
    in.get(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
