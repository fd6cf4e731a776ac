package dev.apmexport.standalone.pipe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Splits a stream into lines as they come, without waiting for more than there is. */
final class LineSplitter {
  /** A line may not be longer, its end included; the rest of a longer one is a line of its own. */
  static final int MOST = 1 << 20;

  private final InputStream in;
  private final byte[] buffer = new byte[64 << 10];
  private int length;
  private boolean ended;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream(512);

  LineSplitter(InputStream in) {
    this.in = in;
  }

  /** Takes a line with its end; the last one of a stream may have none. */
  @FunctionalInterface
  interface Lines {
    void line(byte[] line);
  }

  /** Waits for some input; returns false at the end of the stream. */
  boolean fill() throws IOException {
    length = Math.max(0, in.read(buffer));
    return length > 0;
  }

  /** Hands on the lines that the input has completed. */
  void split(Lines lines) {
    int from = 0;
    for (int i = 0; i < length; i++) {
      if (buffer[i] == '\n') {
        begun.write(buffer, from, i + 1 - from);
        from = i + 1;
        flush(lines);
      }
    }
    begun.write(buffer, from, length - from);
    length = 0;
    if (begun.size() >= MOST || ended) {
      flush(lines);
    }
  }

  /** Says that no more comes, so that the last line is one though it has no end. */
  void end() {
    ended = true;
  }

  private void flush(Lines lines) {
    if (begun.size() > 0) {
      byte[] line = begun.toByteArray();
      begun.reset();
      lines.line(line);
    }
  }
}
