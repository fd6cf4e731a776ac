package dev.apmexport.api.k6;

import dev.apmexport.api.security.Refused;
import org.springframework.http.HttpStatus;

/** The answer to those who ask this service to run a script, as {@code k6 cloud run} and {@code k6 cloud upload} do. */
public final class CloudExecution {
  /** Why, and what to do instead; the same whichever generation of k6 asks. */
  public static final String REFUSAL = "This service does not execute scripts, it exports the metrics of tests that run "
      + "elsewhere. Start the test on a machine of your own with \"k6 cloud run --local-execution script.js\", "
      + "or with \"k6 run -o cloud script.js\".";

  private CloudExecution() {}

  /** With a status that no k6 tries again. */
  public static Refused refused() {
    return new Refused(HttpStatus.UNPROCESSABLE_CONTENT, REFUSAL);
  }
}
