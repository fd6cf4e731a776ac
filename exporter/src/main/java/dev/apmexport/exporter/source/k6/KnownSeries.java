package dev.apmexport.exporter.source.k6;

import dev.apmexport.exporter.metric.Hash;
import dev.apmexport.exporter.metric.InputSeries;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds a series by the bytes of its labels as they stand on the wire, so that a known one costs a hash and a
 * comparison and no object. The same labels in another order are other bytes and lead to the same series.
 */
final class KnownSeries {
  private record Entry(int metric, byte[] labels, InputSeries series) {}

  private Entry[] table = new Entry[1024];
  private long[] hashes = new long[1024];
  private int size;

  static long hash(int metric, byte[] data, int from, int to) {
    long hash = Hash.bytes(metric + 1L, data, from, to);
    return hash == 0 ? 1 : hash;
  }

  @Nullable
  InputSeries find(long hash, int metric, byte[] data, int from, int to) {
    int mask = table.length - 1;
    for (int i = (int) hash & mask; hashes[i] != 0; i = (i + 1) & mask) {
      Entry entry = table[i];
      if (hashes[i] == hash && entry.metric == metric
          && Arrays.equals(entry.labels, 0, entry.labels.length, data, from, to)) {
        return entry.series;
      }
    }
    return null;
  }

  int size() {
    return size;
  }

  void clear() {
    Arrays.fill(table, null);
    Arrays.fill(hashes, 0);
    size = 0;
  }

  void add(long hash, int metric, byte[] data, int from, int to, InputSeries series) {
    if (size * 2 >= table.length) {
      grow();
    }
    place(hash, new Entry(metric, Arrays.copyOfRange(data, from, to), series));
    size++;
  }

  private void place(long hash, Entry entry) {
    int mask = table.length - 1;
    int i = (int) hash & mask;
    while (hashes[i] != 0) {
      i = (i + 1) & mask;
    }
    hashes[i] = hash;
    table[i] = entry;
  }

  private void grow() {
    Entry[] entries = table;
    long[] old = hashes;
    table = new Entry[entries.length * 2];
    hashes = new long[entries.length * 2];
    for (int i = 0; i < entries.length; i++) {
      if (old[i] != 0) {
        place(old[i], entries[i]);
      }
    }
  }
}
