package dev.apmexport.exporter.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** An immutable set of labels, sorted by name; an absent label and one with an empty value are different here. */
public final class Labels {
  public static final Labels NONE = new Labels(new String[0]);

  private final String[] pairs;
  private final int hash;

  private Labels(String[] pairs) {
    this.pairs = pairs;
    this.hash = Arrays.hashCode(pairs);
  }

  /** Labels from names and values in turn; of a name given twice the later value stands. */
  public static Labels of(String... namesAndValues) {
    Map<String, String> map = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return of(map);
  }

  public static Labels of(Map<String, String> labels) {
    SortedMap<String, String> sorted = new TreeMap<>(labels);
    List<String> pairs = new ArrayList<>(sorted.size() * 2);
    sorted.forEach((name, value) -> {
      pairs.add(name);
      pairs.add(value);
    });
    return pairs.isEmpty() ? NONE : new Labels(pairs.toArray(String[]::new));
  }

  public int size() {
    return pairs.length / 2;
  }

  public String name(int i) {
    return pairs[2 * i];
  }

  public String value(int i) {
    return pairs[2 * i + 1];
  }

  /** The value of a label; an absent one equals the empty string, as in PromQL. */
  public String get(String name) {
    for (int i = 0; i < pairs.length; i += 2) {
      if (pairs[i].equals(name)) { return pairs[i + 1]; }
    }
    return "";
  }

  /** Those of the named labels that have a value. */
  public Labels keep(Collection<String> names) {
    Map<String, String> kept = new TreeMap<>();
    for (String name : names) {
      String value = get(name);
      if (!value.isEmpty()) {
        kept.put(name, value);
      }
    }
    return of(kept);
  }

  /** These labels and one more, which replaces a label of the same name. */
  public Labels with(String name, String value) {
    Map<String, String> more = toMap();
    more.put(name, value);
    return of(more);
  }

  public SortedMap<String, String> toMap() {
    SortedMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      map.put(pairs[i], pairs[i + 1]);
    }
    return map;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels that && hash == that.hash && Arrays.equals(pairs, that.pairs);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < pairs.length; i += 2) {
      text.append(i == 0 ? "" : ", ").append(pairs[i]).append("=\"").append(pairs[i + 1]).append('"');
    }
    return text.append('}').toString();
  }
}
