package dev.apmexport.store.runlog;

import java.util.BitSet;

/**
 * Bytes that are secret, each as a character of ISO 8859-1. Looks at every byte of a text once, however repetitive both
 * are: Knuth, Morris and Pratt's "Fast Pattern Matching in Strings", 1977.
 */
final class SecretWord {
  private final String word;
  /** For each length of the word's beginning: how much of its own beginning, less than all, it ends with. */
  private final int[] borders;

  SecretWord(String word) {
    this.word = word;
    this.borders = new int[word.length() + 1];
    for (int length = 2; length < borders.length; length++) {
      borders[length] = longer(borders[length - 1], word.charAt(length - 1));
    }
  }

  /** Hides wherever the word stands, also where it overlaps itself, and its beginning at the very end of the text. */
  void hide(Encoded text, int leastBeginning, BitSet hidden) {
    String bytes = text.bytes();
    int matched = 0;
    int hiddenTo = 0;
    for (int end = 1; end <= bytes.length(); end++) {
      matched = longer(matched, bytes.charAt(end - 1));
      if (matched == word.length()) {
        text.hide(Math.max(end - matched, hiddenTo), end, hidden);
        hiddenTo = end;
        matched = borders[matched];
      }
    }
    if (matched >= leastBeginning) {
      text.hide(bytes.length() - matched, bytes.length(), hidden);
    }
  }

  /** How much of the word's beginning stands at the end of a text, of which so much did before its last byte. */
  private int longer(int matched, char last) {
    int length = matched;
    while (length > 0 && word.charAt(length) != last) {
      length = borders[length];
    }
    return word.charAt(length) == last ? length + 1 : 0;
  }
}
