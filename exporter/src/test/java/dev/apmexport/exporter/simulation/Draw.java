package dev.apmexport.exporter.simulation;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;

/** Choices that follow from a seed alone. */
final class Draw {
  private final Random random;

  Draw(long seed) {
    random = new Random(new SplittableRandom(seed).nextLong());
  }

  /**
   * A number from 0 to 1 that depends on the seed and on what is asked about, not on how often or in which order
   * anything was asked. So a seed repeats itself whatever the threads do.
   *
   * @param what texts and numbers
   */
  static double fraction(long seed, Object... what) {
    return new SplittableRandom(seed * 1_000_003 + Objects.hash(what)).nextDouble();
  }

  Random random() {
    return random;
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** A number from the least to the most, both among them. */
  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** Some of them, at least one, in their order. */
  <T> List<T> some(List<T> of) {
    List<T> some = of.stream().filter(_ -> chance(0.5)).toList();
    return some.isEmpty() ? List.of(one(of)) : some;
  }
}
