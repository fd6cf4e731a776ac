package dev.apmexport.store.secret;

/** Secrets that are needed and cannot be had. The message is for the tenant and the operator; it shows no secret. */
public class SecretsUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String sentence;

  protected SecretsUnavailable(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  static SecretsUnavailable undecipherable() {
    return new SecretsUnavailable("The stored secrets cannot be decrypted with this master key: the service has to be "
        + "started with the key they were encrypted with (APM_MASTER_KEY or the key file).");
  }

  @Override
  public String getMessage() {
    return sentence;
  }

  /** Whether they are gone for good; else another start, such as one with the right master key, brings them back. */
  public boolean isForGood() {
    return false;
  }
}
