package dev.apmexport.store.secret;

/** A master key that cannot be used. The message is for the operator: what is wrong and what to do. */
public final class MasterKeyRefused extends RuntimeException {
  static final String IF_LOST = "If it is lost, so are the stored secrets: empty the tables secret and secret_key to "
      + "begin with a new one.";
  private static final long serialVersionUID = 1;

  MasterKeyRefused(String sentence) {
    super(sentence);
  }
}
