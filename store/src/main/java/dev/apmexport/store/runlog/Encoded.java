package dev.apmexport.store.runlog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.stream.Stream;

/**
 * A text of bytes, each as a character of ISO 8859-1, that was got by undoing an encoding, and where in the original each of
 * them came from. What is found in it can so be hidden where it stands.
 *
 * @param starts where in the original the encoding of each byte starts; and, at last, where the original ends
 */
record Encoded(String bytes, int[] starts) {
  private static final int HEX = 16;
  private static final int UNICODE_DIGITS = 4;
  /** So many digits of Base64 stand for three bytes, so a text within another may begin at any of so many places. */
  static final int DIGITS = 4;

  static Encoded plain(String bytes) {
    int[] starts = new int[bytes.length() + 1];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i;
    }
    return new Encoded(bytes, starts);
  }

  /** All that a logger may have made of it: quoted as JSON once or twice, within an address, or both. */
  Stream<Encoded> readings() {
    Encoded once = unescaped();
    Encoded twice = once.unescaped();
    return Stream.of(this, once, twice, percentDecoded(), once.percentDecoded(), twice.percentDecoded());
  }

  /** Hides all that stands for a word, and what stands for the beginning of it at the very end. */
  void hide(String word, int leastBeginning, BitSet hidden) {
    for (int at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) {
      hidden.set(starts[at], starts[at + word.length()]);
    }
    for (int length = Math.min(word.length() - 1, bytes.length()); length >= leastBeginning; length--) {
      if (bytes.regionMatches(bytes.length() - length, word, 0, length)) {
        hidden.set(starts[bytes.length() - length], starts[bytes.length()]);
        return;
      }
    }
  }

  /** Undoes what JSON, Go and JavaScript do to a quoted text. */
  private Encoded unescaped() {
    Undoing undoing = new Undoing();
    int at = 0;
    while (at < bytes.length()) {
      char next = at + 1 < bytes.length() ? bytes.charAt(at + 1) : 0;
      if (bytes.charAt(at) != '\\' || next == 0) {
        undoing.add(bytes.charAt(at), at);
        at++;
      } else if (next == 'u' && hex(at + 2, UNICODE_DIGITS) >= 0) {
        at += undoing.addUnicode(this, at);
      } else if (next == 'x' && hex(at + 2, 2) >= 0) {
        undoing.add((char) hex(at + 2, 2), at);
        at += 2 + 2;
      } else {
        int known = "nrtbf".indexOf(next);
        undoing.add(known < 0 ? next : "\n\r\t\b\f".charAt(known), at);
        at += 2;
      }
    }
    return undoing.done();
  }

  private Encoded percentDecoded() {
    Undoing undoing = new Undoing();
    int at = 0;
    while (at < bytes.length()) {
      int decoded = bytes.charAt(at) == '%' ? hex(at + 1, 2) : -1;
      undoing.add(decoded < 0 ? bytes.charAt(at) : (char) decoded, at);
      at += decoded < 0 ? 1 : 1 + 2;
    }
    return undoing.done();
  }

  /** The value of so many hexadecimal digits, or -1. */
  private int hex(int from, int digits) {
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = i < bytes.length() ? Character.digit(bytes.charAt(i), HEX) : -1;
      if (digit < 0) { return -1; }
      value = value * HEX + digit;
    }
    return value;
  }

  /** What digits of Base64, of either alphabet and without padding, stand for; a last one that is alone stands for nothing. */
  static String base64(String digits) {
    int whole = digits.length() % DIGITS == 1 ? digits.length() - 1 : digits.length();
    String standard = digits.substring(0, whole).replace('-', '+').replace('_', '/');
    return new String(Base64.getDecoder().decode(standard), StandardCharsets.ISO_8859_1);
  }

  private final class Undoing {
    private final StringBuilder done = new StringBuilder(bytes.length());
    private final int[] at = new int[bytes.length() + 1];

    void add(char one, int from) {
      at[done.length()] = starts[from];
      done.append(one);
    }

    /** Adds the UTF-8 bytes of a character, of a pair of them where two stand for one; returns how long their spelling is. */
    int addUnicode(Encoded in, int from) {
      char first = (char) in.hex(from + 2, UNICODE_DIGITS);
      int length = 2 + UNICODE_DIGITS;
      boolean pair = Character.isHighSurrogate(first) && in.bytes.startsWith("\\u", from + length)
          && in.hex(from + length + 2, UNICODE_DIGITS) >= 0;
      String text = pair ? "" + first + (char) in.hex(from + length + 2, UNICODE_DIGITS) : "" + first;
      for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
        add((char) (one & 0xff), from);
      }
      return pair ? 2 * length : length;
    }

    Encoded done() {
      int[] used = Arrays.copyOf(at, done.length() + 1);
      used[done.length()] = starts[bytes.length()];
      return new Encoded(done.toString(), used);
    }
  }
}
