package dev.apmexport.exporter.block;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what a mistyped word was probably meant to be. */
public final class Spelling {
  private static final int CLOSE = 2;
  /** Letters and underscores by which the lengths of close words may differ. */
  private static final int FAR = 8;

  private Spelling() {}

  /** The known word that is closest, as a question in brackets, or nothing where none is close. */
  public static String hint(String word, Collection<String> known) {
    return closest(word, known).map(other -> " (did you mean \"" + other + "\"?)").orElse("");
  }

  /** The known word that is closest, where one is close: a few letters off, and not half of a short word. */
  public static Optional<String> closest(String word, Collection<String> known) {
    String folded = fold(word);
    return known.stream()
        .filter(other -> Math.abs(other.length() - word.length()) <= FAR
            && distance(folded, fold(other)) <= Math.min(CLOSE, (word.length() + 1) / 2))
        .min(Comparator.comparingInt((String other) -> distance(folded, fold(other))).thenComparing(other -> other));
  }

  private static String fold(String word) {
    return word.toLowerCase(Locale.ROOT).replace("_", "");
  }

  /** The number of single characters to insert, drop or replace (Levenshtein). */
  static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replace = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
