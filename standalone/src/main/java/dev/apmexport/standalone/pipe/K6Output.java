package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.source.InvalidPush;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells k6's samples from what it says to people, for {@code -o json=-} writes both to one stream. What is said is passed
 * on as it is. k6 hands its lines on in blocks of 4 KiB that end anywhere, and its progress may stand between two of
 * them; so a line that breaks off is kept until the line that completes it, and said if none does.
 */
final class K6Output {
  private static final List<String> BEGINNINGS = List.of("{\"metric\":\"", "{\"type\":\"Metric\"",
      "{\"type\":\"Point\"");
  /** Characters of a line that tell whether it begins so. */
  private static final int LOOKED_AT = 20;
  /** k6 says some lines for each scenario at a time, and a summary of some hundred at its end. */
  private static final int MOST_BETWEEN = 1_000;
  /** A line that is no longer than this can be one half of a sample. */
  private static final int LONGEST_HALF = 64 << 10;

  private final Taker samples;
  private final OutputStream console;
  private byte @Nullable [] half;
  private boolean halfTold;
  private int between;
  private long lines;
  private long mended;
  private long broken;
  private @Nullable String firstBroken;

  /** Takes one of k6's lines, or throws where it is none. */
  @FunctionalInterface
  interface Taker {
    void line(byte[] line) throws InvalidPush;
  }

  K6Output(Taker samples, OutputStream console) {
    this.samples = samples;
    this.console = console;
  }

  void line(byte[] line) {
    boolean sample = begins(line);
    if (sample && taken(line)) { return; }
    byte[] whole = half == null || line.length > LONGEST_HALF ? null : joined(half, line);
    if (whole != null && begins(whole) && taken(whole)) {
      mended++;
      half = null;
    } else if (sample || isBeginningOfBeginning(line)) {
      breaksOff(line, !sample);
    } else {
      say(line);
    }
  }

  private boolean taken(byte[] line) {
    try {
      samples.line(line);
      lines++;
      return true;
    } catch (InvalidPush e) {
      return false;
    }
  }

  /** @param told whether it may be meant for people as well, such as the first brace of a summary */
  private void breaksOff(byte[] line, boolean told) {
    forgetHalf();
    half = line;
    halfTold = told;
    between = 0;
    if (told) {
      write(line);
    }
  }

  private void say(byte[] line) {
    write(line);
    if (half != null && ++between > MOST_BETWEEN) {
      forgetHalf();
    }
  }

  /** A console that has gone, as with {@code | head}, is no reason to lose samples. */
  private void write(byte[] line) {
    try {
      console.write(line);
      console.flush();
    } catch (IOException gone) {
      // Nobody reads it.
    }
  }

  private void forgetHalf() {
    if (half != null && !halfTold) {
      broken++;
      write(half);
      firstBroken = firstBroken == null ? shown(half) : firstBroken;
    }
    half = null;
  }

  /** No more lines come. */
  void end() {
    forgetHalf();
  }

  /** Lines that were taken. */
  long lines() {
    return lines;
  }

  /** Those of them that came in two halves. */
  long mended() {
    return mended;
  }

  /** Lines that begin as k6's samples do and cannot be read. */
  long broken() {
    return broken;
  }

  /** The beginning of the first of them, or null. */
  @Nullable
  String firstBroken() {
    return firstBroken;
  }

  /** Blanks do not count: k6 writes none, but what others have rewritten may hold some. */
  private static boolean begins(byte[] line) {
    if (line.length == 0 || line[0] != '{') { return false; }
    String text = beginning(line);
    return BEGINNINGS.stream().anyMatch(text::startsWith);
  }

  private static boolean isBeginningOfBeginning(byte[] line) {
    String text = beginning(line);
    return !text.isEmpty() && BEGINNINGS.stream().anyMatch(beginning -> beginning.startsWith(text));
  }

  private static String beginning(byte[] line) {
    return new String(line, 0, Math.min(LOOKED_AT, line.length), StandardCharsets.ISO_8859_1).replaceAll("\\s", "");
  }

  private static byte[] joined(byte[] first, byte[] second) {
    int length = first.length > 0 && first[first.length - 1] == '\n' ? first.length - 1 : first.length;
    byte[] both = Arrays.copyOf(first, length + second.length);
    System.arraycopy(second, 0, both, length, second.length);
    return both;
  }

  private static String shown(byte[] line) {
    String start = new String(line, 0, Math.min(80, line.length), StandardCharsets.UTF_8);
    return start.replaceAll("\\p{Cntrl}", " ").strip() + (line.length > 80 ? "…" : "");
  }
}
