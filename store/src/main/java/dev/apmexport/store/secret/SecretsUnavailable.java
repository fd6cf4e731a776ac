package dev.apmexport.store.secret;

/** Secrets that are needed and cannot be had. The message is for the tenant and the operator; it shows no secret. */
public final class SecretsUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String sentence;
  private final boolean deleted;

  private SecretsUnavailable(String sentence, boolean deleted) {
    super(sentence);
    this.sentence = sentence;
    this.deleted = deleted;
  }

  static SecretsUnavailable undecipherable() {
    return new SecretsUnavailable("The stored secrets cannot be decrypted with this master key: the service has to be "
        + "started with the key they were encrypted with (APM_MASTER_KEY or the key file).", false);
  }

  public static SecretsUnavailable deleted() {
    return new SecretsUnavailable("The secrets were deleted, because deleteSensitiveData asks for it or because the "
        + "run's log is no longer kept: the export cannot be opened again.", true);
  }

  @Override
  public String getMessage() {
    return sentence;
  }

  /** Whether they are gone for good; else the right master key brings them back. */
  public boolean areDeleted() {
    return deleted;
  }
}
