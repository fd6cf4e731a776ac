package dev.apmexport.store.ledger;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The points of one second-pass batch as bytes: a count, then for each its name, labels and value; they share the
 * batch's time.
 */
final class Amendments {
  private Amendments() {}

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

  static List<Point> decode(byte @Nullable [] bytes, long atMillis) {
    List<Point> points = new ArrayList<>();
    if (bytes == null) { return points; }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      for (int n = in.readInt(); n > 0; n--) {
        String name = text(in);
        Map<String, String> labels = new TreeMap<>();
        for (int l = in.readInt(); l > 0; l--) {
          labels.put(text(in), text(in));
        }
        points.add(new Point(new Series(name, Labels.of(labels)), atMillis, Double.longBitsToDouble(in.readLong())));
      }
      return points;
    } catch (IOException e) {
      throw new IllegalStateException("The ledger holds a second-pass batch that cannot be read.", e);
    }
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }
}
