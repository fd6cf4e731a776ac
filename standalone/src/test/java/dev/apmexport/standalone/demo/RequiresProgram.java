package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A test that needs a program is skipped where there is none, but fails in continuous integration: nobody reads skips
 * there.
 */
public final class RequiresProgram {
  private RequiresProgram() {}

  public static Path named(String program, Optional<Path> found) {
    String reason = program + " is not on the PATH";
    if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
      fail(reason + ", and CI=true");
    }
    Assumptions.assumeTrue(found.isPresent(), reason);
    return found.orElseThrow();
  }
}
