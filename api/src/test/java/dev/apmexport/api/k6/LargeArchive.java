package dev.apmexport.api.k6;

import java.io.InputStream;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/** An archive with one large file, which packs badly; made up while it is read. */
final class LargeArchive extends InputStream {
  private static final int BLOCK = 512;

  private final byte[] head;
  private final long size;
  private final Runnable nearlySent;
  private final byte[] noise = new byte[1 << 20];
  private long at;
  private boolean told;

  /** @param nearlySent is called when nearly all of the file is sent */
  LargeArchive(int mebibytes, Runnable nearlySent) {
    byte[] small = WithForms.archive("{}", "export default () => {};");
    int used = 4 * BLOCK; // two headers, two contents
    head = java.util.Arrays.copyOf(small, used + BLOCK);
    size = (long) mebibytes << 20;
    TarArchiveEntry entry = new TarArchiveEntry("file/users.csv");
    entry.setSize(size);
    byte[] header = new byte[BLOCK];
    entry.writeEntryHeader(header);
    System.arraycopy(header, 0, head, used, BLOCK);
    this.nearlySent = nearlySent;
    new Random(1).nextBytes(noise);
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] to, int from, int length) {
    if (length == 0) { return 0; }
    if (!told && at > size * 9 / 10) {
      told = true;
      nearlySent.run();
    }
    long inFile = head.length + size - at;
    int count = at < head.length ? Math.min(length, head.length - (int) at)
        : (int) Math.min(length, inFile > 0 ? inFile : inFile + 2 * BLOCK);
    if (count <= 0) { return -1; }
    fill(to, from, count, inFile > 0);
    at += count;
    return count;
  }

  private void fill(byte[] to, int from, int count, boolean file) {
    for (int i = 0; i < count; i++) {
      to[from + i] = at < head.length ? head[(int) at + i] : file ? noise[(int) (at + i) & noise.length - 1] : 0;
    }
  }
}
