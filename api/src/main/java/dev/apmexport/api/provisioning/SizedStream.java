package dev.apmexport.api.provisioning;

import dev.apmexport.api.security.Refused;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.HttpStatus;

/** A body that must be as long as was said before; throws {@link Refused} where it is longer, or ends too early. */
final class SizedStream extends FilterInputStream {
  private final long size;
  private long taken;

  SizedStream(InputStream body, long size) {
    super(body);
    this.size = size;
  }

  @Override
  public int read() throws IOException {
    int one = super.read();
    count(one < 0, 1);
    return one;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    int got = super.read(to, from, length);
    count(got < 0, got);
    return got;
  }

  @Override
  public long skip(long bytes) throws IOException {
    long skipped = super.skip(bytes);
    count(false, skipped);
    return skipped;
  }

  private void count(boolean end, long more) {
    if (!end) {
      taken += more;
    }
    if (taken > size || end && taken < size) { throw wrong(size, taken); }
  }

  /** What is said of a body of another length. */
  static Refused wrong(long size, long length) {
    return length > size
        ? new Refused(HttpStatus.CONTENT_TOO_LARGE,
            "The archive is larger than the " + size + " bytes that were said at the start of the test run.")
        : new Refused(HttpStatus.BAD_REQUEST, "The archive ends after " + length + " of the " + size
            + " bytes that were said at the start of the test run.");
  }
}
