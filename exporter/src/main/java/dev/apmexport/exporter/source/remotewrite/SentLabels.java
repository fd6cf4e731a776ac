package dev.apmexport.exporter.source.remotewrite;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A series' name and labels.
 *
 * @param labels without the name, without those k6 keeps from its own cloud as well ({@code test_run_id} and what begins
 *   with two underscores), and without empty ones, which are none to Prometheus
 * @param all what stands beside the name, nothing left out
 * @param refusal what of the rules of remote write they break; null if nothing
 */
record SentLabels(String name, Labels labels, Labels all, @Nullable Refusal refusal) {
  private static final String NAME = "__name__";

  /** Reads the labels of a series, fields 1 of its message, which stand one after the other. */
  static SentLabels read(ByteBuffer bytes) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(bytes.array(), bytes.arrayOffset() + bytes.position(),
        bytes.remaining());
    Map<String, String> labels = new TreeMap<>();
    ByteString last = ByteString.EMPTY;
    boolean good = true;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) != 1) {
        in.skipField(tag);
        continue;
      }
      int limit = in.pushLimit(in.readRawVarint32());
      ByteString name = ByteString.EMPTY;
      ByteString value = ByteString.EMPTY;
      for (int field = in.readTag(); field != 0; field = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(field)) {
          case 1 -> name = in.readBytes();
          case 2 -> value = in.readBytes();
          default -> in.skipField(field);
        }
      }
      in.popLimit(limit);
      good &= name.isValidUtf8() && value.isValidUtf8() && isAfter(name, last);
      last = name;
      labels.put(name.toStringUtf8(), value.toStringUtf8());
    }
    return of(labels, good);
  }

  /** By bytes, as the specification and k6 sort them; no name is after itself, and an empty one after none. */
  private static boolean isAfter(ByteString name, ByteString last) {
    return ByteString.unsignedLexicographicalComparator().compare(name, last) > 0;
  }

  private static SentLabels of(Map<String, String> labels, boolean good) {
    String name = Objects.requireNonNullElse(labels.remove(NAME), "");
    Labels all = Labels.of(labels);
    labels.entrySet().removeIf(
        label -> label.getKey().startsWith("__") || label.getKey().equals("test_run_id") || label.getValue().isEmpty());
    Labels kept = Labels.of(labels);
    Refusal refusal = !good ? Refusal.INVALID_LABELS : name.isEmpty() ? Refusal.EMPTY_NAME
        : kept.size() > Refusal.MAX_LABELS ? Refusal.TOO_MANY_LABELS : null;
    return new SentLabels(name, kept, all, refusal);
  }

  /** For people. */
  String shown() {
    String text = (name.isEmpty() ? "" : name) + (labels.size() == 0 ? "" : labels);
    return text.length() <= 300 ? text : text.substring(0, 300) + "…";
  }
}
