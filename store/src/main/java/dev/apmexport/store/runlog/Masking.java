package dev.apmexport.store.runlog;

import dev.apmexport.exporter.metric.Secret;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Puts {@code ***} in the place of whatever is secret in a text: secrets that are known, as they are or as a logger
 * encodes them, and what looks like one.
 */
final class Masking {
  /** Shorter ones would hide words that everybody uses. */
  static final int SHORTEST = 6;
  /** Every byte is one character, so that what percents and Base64 encode can be compared. */
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;
  /** Fewer digits stand for less than the shortest secret. */
  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{" + SHORTEST * 4 / 3 + ",}");

  private final List<SecretWord> words;

  Masking(Collection<String> secrets) {
    words = secrets.stream().filter(secret -> secret.length() >= SHORTEST).map(Masking::bytes)
        .<String>mapMulti(Masking::spellings).distinct().map(SecretWord::new).toList();
  }

  String mask(String text) {
    String bytes = bytes(text);
    BitSet hidden = new BitSet(bytes.length());
    Encoded.plain(bytes).readings().forEach(reading -> hideWords(reading, hidden));
    BASE64.matcher(bytes).results().filter(this::saysSecret).forEach(match -> hidden.set(match.start(), match.end()));
    Telltale.hideAll(bytes, hidden);
    return hidden.isEmpty() ? text : shown(bytes, hidden);
  }

  /** In a form, a space is a plus. */
  private static void spellings(String word, Consumer<String> spellings) {
    spellings.accept(word);
    spellings.accept(word.replace(' ', '+'));
  }

  private void hideWords(Encoded reading, BitSet hidden) {
    words.forEach(word -> word.hide(reading, SHORTEST, hidden));
  }

  private boolean saysSecret(MatchResult digits) {
    BitSet found = new BitSet();
    for (int from = 0; from < Encoded.DIGITS; from++) {
      hideWords(Encoded.plain(Encoded.base64(digits.group().substring(from))), found);
    }
    return !found.isEmpty();
  }

  private static String shown(String bytes, BitSet hidden) {
    StringBuilder shown = new StringBuilder(bytes.length());
    int at = 0;
    for (int from = hidden.nextSetBit(0); from >= 0; from = hidden.nextSetBit(at)) {
      shown.append(bytes, at, from).append(Secret.MASK);
      at = hidden.nextClearBit(from);
    }
    return new String(shown.append(bytes, at, bytes.length()).toString().getBytes(BYTES), StandardCharsets.UTF_8);
  }

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), BYTES);
  }
}
