package dev.apmexport.exporter.sink;

import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * What comes from a remote end, of which so much is read and for so long, whatever it goes on to send. Closing it
 * leaves the connection as it is.
 */
public final class BoundedStream extends InputStream {
  private final InputStream in;
  private final long most;
  private final Duration patience;
  private final long start = System.nanoTime();
  private long read;

  /** There is more than may be read. */
  public static final class TooLong extends IOException {
    private static final long serialVersionUID = 1;

    TooLong(long most) {
      super("The answer is longer than " + most + " bytes.");
    }
  }

  BoundedStream(InputStream in, long most, Duration patience) {
    this.in = in;
    this.most = most;
    this.patience = patience;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    int count = in.read(into, offset, length);
    read += Math.max(0, count);
    if (read > most) { throw new TooLong(most); }
    if (System.nanoTime() - start > patience.toNanos()) {
      throw new SocketTimeoutException("the answer had not come to its end after " + patience.toSeconds() + " s");
    }
    return count;
  }
}
