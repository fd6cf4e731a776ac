package dev.apmexport.store.runlog;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.secret.SecretStore;
import dev.apmexport.store.secret.SecretsUnavailable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is secret in the exports of a run: the stored texts, and the parts of them that are secret on their own. */
final class RunSecrets {
  private static final Pattern ADDRESS = Pattern.compile("(?s)[a-zA-Z]+://(?:([^/?#]*)@)?[^?#]*([?#].*)?");
  private static final Pattern WITH_SCHEME = Pattern.compile("(?is)(?:bearer|basic|token)\\s+(.+)");

  private final JdbcClient jdbc;
  private final SecretStore secrets;

  RunSecrets(JdbcClient jdbc, SecretStore secrets) {
    this.jdbc = jdbc;
    this.secrets = secrets;
  }

  /** @throws SecretsUnavailable if one does not open */
  Set<String> of(TestRun run) {
    Set<String> texts = new LinkedHashSet<>();
    for (long export : exports(run)) {
      secrets.get(run.tenant(), "export/" + export).values().stream().map(Secret::reveal)
          .forEach(text -> addWithParts(text, texts));
    }
    return texts;
  }

  private List<Long> exports(TestRun run) {
    return jdbc.sql("select id from export where test_run_id = ?").param(run.id()).query(Long.class).list();
  }

  static void addWithParts(String text, Set<String> texts) {
    texts.add(text);
    Matcher scheme = WITH_SCHEME.matcher(text);
    if (scheme.matches()) {
      texts.add(scheme.group(1).strip());
    }
    Matcher address = ADDRESS.matcher(text);
    if (address.matches()) {
      addPieces(address.group(1), "[:@]", texts);
      addPieces(address.group(2), "[?#&;]|(?<=[?#&;])[^=&;]*=", texts);
    }
  }

  private static void addPieces(@Nullable String part, String between, Set<String> texts) {
    if (part != null) {
      for (String piece : part.split(between, -1)) {
        texts.add(piece.contains("%") ? decoded(piece) : piece);
      }
    }
  }

  private static String decoded(String piece) {
    try {
      return URLDecoder.decode(piece, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) { // it is no encoded text then
      return piece;
    }
  }
}
