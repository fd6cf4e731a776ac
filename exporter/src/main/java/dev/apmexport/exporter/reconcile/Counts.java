package dev.apmexport.exporter.reconcile;

/** Points that are right, by how they came to be. */
final class Counts {
  private long asExpected;
  private long filled;
  private long corrected;

  void asExpected() {
    asExpected++;
  }

  /** @param hadValue whether another one had been accepted before */
  void amended(boolean hadValue) {
    if (hadValue) {
      corrected++;
    } else {
      filled++;
    }
  }

  /** These and others. */
  Counts and(Counts more) {
    Counts both = new Counts();
    both.asExpected = asExpected + more.asExpected;
    both.filled = filled + more.filled;
    both.corrected = corrected + more.corrected;
    return both;
  }

  long expectedOnes() {
    return asExpected;
  }

  long filled() {
    return filled;
  }

  long corrected() {
    return corrected;
  }
}
