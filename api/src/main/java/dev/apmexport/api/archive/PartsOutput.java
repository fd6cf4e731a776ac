package dev.apmexport.api.archive;

import java.io.OutputStream;
import java.util.Arrays;

/** Cuts what is written into parts, each of which is stored as soon as it is full. */
final class PartsOutput extends OutputStream {
  static final int PART = 256 << 10;

  /** Stores a part. */
  interface Store {
    void put(int n, byte[] part);
  }

  private final Store store;
  private final byte[] part = new byte[PART];
  private int length;
  private int n;

  PartsOutput(Store store) {
    this.store = store;
  }

  @Override
  public void write(int one) {
    write(new byte[]{(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) {
    int at = from;
    while (at < from + count) {
      int fits = Math.min(PART - length, from + count - at);
      System.arraycopy(bytes, at, part, length, fits);
      length += fits;
      at += fits;
      if (length == PART) {
        put();
      }
    }
  }

  private void put() {
    store.put(n++, Arrays.copyOf(part, length));
    length = 0;
  }

  @Override
  public void close() {
    if (length > 0) {
      put();
    }
  }
}
