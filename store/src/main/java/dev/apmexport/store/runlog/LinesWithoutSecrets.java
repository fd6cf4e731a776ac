package dev.apmexport.store.runlog;

import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.secret.SecretsUnavailable;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Makes of a run's log lines what may be kept: short, storable, and without its secrets. */
final class LinesWithoutSecrets {
  /** Longer lines are cut; k6's own complaints have some hundred characters. */
  static final int LONGEST_LINE = 2_048;
  /** So much is looked at, so that a secret at the cut is seen whole. */
  private static final int LOOKED_AT = 2 * LONGEST_LINE;
  private static final int LONGEST_NAME = 40;
  static final String CUT = "… (cut)";
  static final String WITHHELD = "(This line is withheld: the run's secrets cannot be decrypted at the moment, so nobody "
      + "can tell whether it shows one. The service has to be started with the master key they were encrypted with.)";

  private final RunSecrets secrets;

  LinesWithoutSecrets(RunSecrets secrets) {
    this.secrets = secrets;
  }

  /** How much it takes to look for secrets in a line, in bytes of UTF-8. */
  static long bytesLookedAt(LogLine line) {
    String source = line.source();
    return bytesLookedAt(line.level()) + bytesLookedAt(line.message()) + (source == null ? 0 : bytesLookedAt(source));
  }

  private static long bytesLookedAt(String text) {
    return lookedAt(text).getBytes(StandardCharsets.UTF_8).length;
  }

  /** @param tokens which no line may show either */
  List<LogLine> outOf(List<LogLine> lines, TestRun run, Set<String> tokens) {
    try {
      Set<String> known = new HashSet<>(secrets.of(run));
      known.addAll(tokens);
      Masking masking = new Masking(known);
      return lines.stream().map(line -> shown(line, masking)).toList();
    } catch (SecretsUnavailable e) {
      Masking masking = new Masking(tokens);
      return lines.stream().map(line -> shown(new LogLine(line.atNanos(), line.level(), null, WITHHELD), masking))
          .toList();
    }
  }

  /** Any other text of the run's, cut and without secrets in the same way. */
  String outOf(String text, TestRun run, Set<String> tokens) {
    return outOf(List.of(new LogLine(0, "", null, text)), run, tokens).getFirst().message();
  }

  private static LogLine shown(LogLine line, Masking masking) {
    String source = line.source();
    return new LogLine(line.atNanos(), shown(line.level(), LONGEST_NAME, masking),
        source == null ? null : shown(source, LONGEST_NAME, masking), shown(line.message(), LONGEST_LINE, masking));
  }

  private static String shown(String text, int longest, Masking masking) {
    String lookedAt = lookedAt(text);
    String masked = masking.mask(lookedAt.replace('\0', '\uFFFD')); // PostgreSQL's text may not hold U+0000
    return masked.length() > longest ? masked.substring(0, longest) + CUT
        : lookedAt.length() < text.length() ? masked + CUT : masked;
  }

  private static String lookedAt(String text) {
    return text.substring(0, Math.min(text.length(), LOOKED_AT));
  }
}
