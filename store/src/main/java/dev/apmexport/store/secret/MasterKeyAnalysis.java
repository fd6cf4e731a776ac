package dev.apmexport.store.secret;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A process that cannot start with its master key says why in a sentence, instead of in pages of a stack trace. */
final class MasterKeyAnalysis extends AbstractFailureAnalyzer<MasterKeyRefused> {
  @Override
  protected FailureAnalysis analyze(Throwable failure, MasterKeyRefused cause) {
    return new FailureAnalysis(cause.getMessage(), null, cause);
  }
}
