package dev.apmexport.store.runlog;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern ENTITY = Pattern
      .compile("&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6}));");
  private static final Map<String, Integer> ENTITIES = Map.of("amp", (int) '&', "lt", (int) '<', "gt", (int) '>',
      "quot",
      (int) '"', "apos", (int) '\'');
  private static final int DEEPEST = 3;
  private static final int UNKNOWN = 0xfffd;
  /** So many digits of Base64 stand for three bytes, so a text within another may begin at any of so many places. */
  static final int DIGITS = 4;

  static Encoded plain(String bytes) {
    int[] starts = new int[bytes.length() + 1];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i;
    }
    return new Encoded(bytes, starts);
  }

  /** All that loggers may have made of it: JSON, an address and HTML, up to three times one within another. */
  Stream<Encoded> readings() {
    return readings(DEEPEST);
  }

  private Stream<Encoded> readings(int deeper) {
    Stream<Encoded> undone = deeper == 0 ? Stream.of() : Stream.of(unescaped(), percentDecoded(), withoutEntities());
    return Stream.concat(Stream.of(this), undone.filter(one -> one != this).flatMap(one -> one.readings(deeper - 1)));
  }

  void hide(int from, int to, BitSet hidden) {
    hidden.set(starts[from], starts[to]);
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

  /** Undoes what HTML and XML do to the characters that they mean something by. */
  private Encoded withoutEntities() {
    Undoing undoing = new Undoing();
    Matcher entity = ENTITY.matcher(bytes);
    int at = 0;
    while (entity.find()) {
      undoing.addAll(at, entity.start());
      undoing.addText(Character.toString(meant(entity)), entity.start());
      at = entity.end();
    }
    undoing.addAll(at, bytes.length());
    return undoing.done();
  }

  /** The code point that an entity stands for. */
  private static int meant(MatchResult entity) {
    String name = entity.group(1);
    if (name != null) { return ENTITIES.getOrDefault(name, UNKNOWN); }
    String decimal = entity.group(2);
    int point = decimal != null ? Integer.parseInt(decimal) : Integer.parseInt(entity.group(3), HEX);
    return Character.isValidCodePoint(point) ? point : UNKNOWN;
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

    void addAll(int from, int to) {
      for (int i = from; i < to; i++) {
        add(bytes.charAt(i), i);
      }
    }

    void addText(String text, int from) {
      for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
        add((char) (one & 0xff), from);
      }
    }

    /** Adds the UTF-8 bytes of a character, of a pair of them where two stand for one; returns how long their spelling is. */
    int addUnicode(Encoded in, int from) {
      char first = (char) in.hex(from + 2, UNICODE_DIGITS);
      int length = 2 + UNICODE_DIGITS;
      boolean pair = Character.isHighSurrogate(first) && in.bytes.startsWith("\\u", from + length)
          && in.hex(from + length + 2, UNICODE_DIGITS) >= 0;
      String text = pair ? "" + first + (char) in.hex(from + length + 2, UNICODE_DIGITS) : "" + first;
      addText(text, from);
      return pair ? 2 * length : length;
    }

    /** Itself where nothing was encoded, since all that is encoded is longer than what it stands for. */
    Encoded done() {
      if (done.length() == bytes.length()) { return Encoded.this; }
      int[] used = Arrays.copyOf(at, done.length() + 1);
      used[done.length()] = starts[bytes.length()];
      return new Encoded(done.toString(), used);
    }
  }
}
