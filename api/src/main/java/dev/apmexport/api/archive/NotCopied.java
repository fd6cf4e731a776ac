package dev.apmexport.api.archive;

/** An archive that is good enough for a run and of which no copy can be kept; the message says why, as part of a sentence. */
final class NotCopied extends RuntimeException {
  private static final long serialVersionUID = 1;

  NotCopied(String why) {
    super(why);
  }
}
