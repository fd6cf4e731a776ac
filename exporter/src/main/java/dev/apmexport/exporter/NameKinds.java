package dev.apmexport.exporter;

import dev.apmexport.exporter.sink.SinkConfig.Kind;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Of which kind the names at a destination are, and which entry has made them so by being the first to write them. */
final class NameKinds {
  private record Made(Kind kind, String place) {}

  private final Map<String, Made> names = new HashMap<>();

  /** Why series of these kinds cannot be written, and what to do about it; null if they can. */
  @Nullable
  String against(Map<String, Kind> kinds) {
    for (Map.Entry<String, Kind> wish : kinds.entrySet()) {
      Made made = names.get(wish.getKey());
      if (made != null && !made.kind.equals(wish.getValue())) { return against(wish.getKey(), wish.getValue(), made); }
    }
    return null;
  }

  private static String against(String name, Kind wish, Made made) {
    String remedy = wish.type().equals(made.kind.type()) ? "Give both blocks the same resampleRate, or this entry"
        : "Give this entry";
    return "would write " + name + " as " + wish + ", which " + made.place + " writes as " + made.kind
        + " already; at this destination all series of a name are of one kind. " + remedy + " another targetMetric.";
  }

  /** The entry at this place writes them from now on. */
  void make(Map<String, Kind> kinds, String place) {
    kinds.forEach((name, kind) -> names.putIfAbsent(name, new Made(kind, place)));
  }
}
