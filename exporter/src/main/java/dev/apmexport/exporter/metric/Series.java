package dev.apmexport.exporter.metric;

/**
 * A series at a destination: its name and its labels. {@link #key()} is a 64-bit hash of both that never changes
 * between versions, since the ledger keeps it.
 */
public final class Series {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private final String name;
  private final Labels labels;
  private final long key;

  public Series(String name, Labels labels) {
    this.name = name;
    this.labels = labels;
    this.key = keyOf(name, labels);
  }

  public String name() {
    return name;
  }

  public Labels labels() {
    return labels;
  }

  public long key() {
    return key;
  }

  private static long keyOf(String name, Labels labels) {
    long hash = text(FNV_OFFSET, name);
    for (int i = 0; i < labels.size(); i++) {
      hash = text(text(hash, labels.name(i)), labels.value(i));
    }
    return Hash.mix(hash);
  }

  /** FNV-1a over the characters and one separator that no text holds, so that ("a","bc") and ("ab","c") differ. */
  private static long text(long hash, String text) {
    long h = hash;
    for (int i = 0; i < text.length(); i++) {
      h = (h ^ text.charAt(i)) * FNV_PRIME;
    }
    return (h ^ 0x1FFFF) * FNV_PRIME;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Series that && key == that.key && name.equals(that.name) && labels.equals(that.labels);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(key);
  }

  @Override
  public String toString() {
    return labels.size() == 0 ? name : name + labels;
  }
}
