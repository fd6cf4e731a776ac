package dev.apmexport.store.run;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.store.secret.SecretsUnavailable;
import java.util.List;
import java.util.stream.Collectors;

/** An export that cannot be opened with what is stored of it. It waits like one whose secrets cannot be decrypted. */
final class ExportUnavailable extends SecretsUnavailable {
  private static final long serialVersionUID = 1;

  private final boolean forGood;

  private ExportUnavailable(String sentence, boolean forGood) {
    super(sentence);
    this.forGood = forGood;
  }

  static ExportUnavailable secretsDeleted() {
    return new ExportUnavailable("The secrets were deleted, because deleteSensitiveData asks for it or because the "
        + "run's log is no longer kept: the export cannot be opened again.", true);
  }

  static ExportUnavailable secretsGone() {
    return new ExportUnavailable("The secrets are gone (they were lost, or not kept over an upgrade of the service): "
        + "the export cannot be opened again.", true);
  }

  /** Another version of the service may still read it. */
  static ExportUnavailable unreadable(List<Problem> problems) {
    return new ExportUnavailable("The stored block cannot be read by this version of the service: "
        + problems.stream().filter(Problem::isError).map(Problem::toString).collect(Collectors.joining(" ")), false);
  }

  @Override
  public boolean isForGood() {
    return forGood;
  }
}
