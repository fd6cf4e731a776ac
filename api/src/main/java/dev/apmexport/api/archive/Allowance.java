package dev.apmexport.api.archive;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Hands on no more bytes in all than an archive may have, and no more in one go than the part that is read may. An
 * entry's long name and other extensions are read into memory; k6 writes some hundred bytes.
 */
final class Allowance extends FilterInputStream {
  private static final long MAX_HEADER = 1L << 20;

  private final long most;
  private long taken;
  private long until;

  /** @param most bytes that an archive may have */
  Allowance(InputStream in, long most) {
    super(in);
    this.most = most;
  }

  /** How many bytes were handed on. */
  long taken() {
    return taken;
  }

  /** What comes next is an entry's header. */
  void header() {
    until = Math.min(most, taken + MAX_HEADER);
  }

  /** What comes next is an entry's content. */
  void content() {
    until = most;
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
    if (taken > most) { throw ScriptArchive.tooLarge(most); }
    if (taken > until) { throw ScriptArchive.broken("an entry's header is larger than " + MAX_HEADER + " bytes"); }
  }
}
