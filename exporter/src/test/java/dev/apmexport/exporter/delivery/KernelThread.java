package dev.apmexport.exporter.delivery;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A thread as Linux sees it. A thread that was woken and has not had its turn yet still waits as Java tells it; the
 * kernel already has it among those that run.
 */
final class KernelThread implements AutoCloseable {
  private static final Path SELF = Path.of("/proc/thread-self");
  /** More than the number of a thread, its name and its state take; see proc_pid_stat(5). */
  private static final int HEAD_BYTES = 64;

  private final RandomAccessFile stat;

  private KernelThread(RandomAccessFile stat) {
    this.stat = stat;
  }

  /** Whether this system can be asked. */
  static boolean isKnown() {
    return Files.isSymbolicLink(SELF);
  }

  /** The thread that calls. */
  static KernelThread current() {
    try {
      return new KernelThread(
          new RandomAccessFile(SELF.resolveSibling(Files.readSymbolicLink(SELF)).resolve("stat").toFile(), "r"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it sleeps and nobody has woken it, or has ended. */
  boolean rests() {
    byte[] head = new byte[HEAD_BYTES];
    try {
      stat.seek(0);
      int length = stat.read(head);
      String text = new String(head, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
      return "SZX".indexOf(text.charAt(text.lastIndexOf(')') + 2)) >= 0;
    } catch (IOException ended) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      stat.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
