package dev.apmexport.store.runlog;

import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** What looks like a secret by what stands before it, or by its own shape, whoever's it is. Hides too much rather than too little. */
final class Telltale {
  private static final int LONG_WORD = 16;
  private static final String SAID = "[\"'\\\\]*\\s*(?:[=:]|%3[dDaA])\\s*";
  /** In quotes of a quoted text, in quotes, or up to where another value begins. */
  private static final String VALUE = "(?:\\\\+\"([^\"\\\\]*)|\"([^\"]*)|'([^']*)|\\\\*([^\\s\"'\\\\&,;)}\\]]+))";

  /** No group is repeated but possessively: Java's regular expressions go one call deeper for each repetition of others. */
  private static final List<Telltale> ALL = List.of(
      of("(?i)(?:authorization|cookie)" + SAID + "[\\[\"'\\\\]*([^\\r\\n\"'\\\\\\]]+)"),
      of("(?i)(?:(?:api|app|access|private)[_-]?key|secret|passw(?:or)?d|passphrase|pwd|token|credentials?|signature"
          + "|session[_-]?id)" + SAID + VALUE),
      of("(?i)[?&][\\w-]{0,30}(?:key|auth|sig|pass|code)=([^&\\s\"'\\\\]+)"),
      new Telltale(Pattern.compile("(?i)\\b(?:bearer|basic|token)(?:[\\s+:]|%20)++([\\w.~+/=|:%-]{6,})"),
          Telltale::isNoPlainWord),
      of("://([^\\s/?#\"'\\\\<>]+)@"), // user information of an address
      of("(?<![\\w-])(eyJ[\\w-]{5,}\\.[\\w-]{5,}\\.[\\w-]*)"), // JSON Web Tokens
      of("(?<![\\w-])(?=[\\w-]{43}(?![\\w-]))((?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[\\w-]{43})"), // tokens of this service
      of("(?<![\\w-])(gl[a-z]{1,4}_[\\w=+/-]{20,})"), // tokens of Grafana's
      of("(?s)-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(.*?)(?:-----END|$)"));

  private final Pattern pattern;
  private final Predicate<String> meant;

  private Telltale(Pattern pattern, Predicate<String> meant) {
    this.pattern = pattern;
    this.meant = meant;
  }

  private static Telltale of(String pattern) {
    return new Telltale(Pattern.compile(pattern), _ -> true);
  }

  static void hideAll(String text, BitSet hidden) {
    ALL.forEach(one -> one.pattern.matcher(text).results().forEach(match -> one.hide(match, hidden)));
  }

  private void hide(MatchResult match, BitSet hidden) {
    for (int group = 1; group <= match.groupCount(); group++) {
      if (match.start(group) >= 0 && meant.test(match.group(group))) {
        hidden.set(match.start(group), match.end(group));
      }
    }
  }

  /** Unlike the next word of "Basic authentication failed". */
  private static boolean isNoPlainWord(String word) {
    return word.length() >= LONG_WORD || !word.matches("[A-Za-z]?[a-z]*[.:]?");
  }
}
