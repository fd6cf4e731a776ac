package dev.apmexport.api.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Hands on no more bytes in all than an archive may have, and no more in one go than the part that is read may. An
 * entry's long name and other extensions are read into memory; k6 writes some hundred bytes.
 */
final class Allowance extends FilterInputStream {
  static final long MAX_BYTES = 64L << 20;
  private static final long MAX_HEADER = 1L << 20;

  private long taken;
  private long until;

  Allowance(InputStream in) {
    super(in);
  }

  /** What comes next is an entry's header. */
  void header() {
    until = Math.min(MAX_BYTES, taken + MAX_HEADER);
  }

  /** What comes next is an entry's content. */
  void content() {
    until = MAX_BYTES;
  }

  @Override
  public int read() throws IOException {
    int one = super.read();
    count(one < 0 ? 0 : 1);
    return one;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    int got = super.read(to, from, length);
    count(Math.max(got, 0));
    return got;
  }

  @Override
  public long skip(long bytes) throws IOException {
    long skipped = super.skip(bytes);
    count(skipped);
    return skipped;
  }

  private void count(long bytes) {
    taken += bytes;
    if (taken > MAX_BYTES) { throw ScriptArchive.tooLarge(MAX_BYTES); }
    if (taken > until) { throw ScriptArchive.broken("an entry's header is larger than " + MAX_HEADER + " bytes"); }
  }
}
