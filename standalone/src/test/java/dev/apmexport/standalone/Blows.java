package dev.apmexport.standalone;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;

/**
 * What befalls one service or another, one after the other: it stands still for longer than it may without losing its
 * work, so that it wakes up overtaken, or is killed and started again. Which of that, when and how long follows from a
 * seed.
 */
final class Blows implements Callable<Void> {
  /** After these a worker that gives no sign of life loses its work. */
  private static final int SECONDS_TO_LOSE = 8;

  private final List<ServiceProcess> services;
  private final Instant start;
  private final Random random;

  /** @param start of the runs */
  Blows(long seed, Instant start, List<ServiceProcess> services) {
    this.services = services;
    this.start = start;
    this.random = new Random(seed);
  }

  @Override
  public Void call() throws IOException, InterruptedException {
    standStill(between(4, 8)); // while the runs are played
    kill(between(24, 30));
    strike(between(42, 60)); // while they are gone over
    strike(between(220, 240)); // while their last corrections are made
    return null;
  }

  private void strike(int second) throws IOException, InterruptedException {
    if (random.nextBoolean()) {
      kill(second);
    } else {
      standStill(second);
    }
  }

  private void standStill(int second) throws IOException, InterruptedException {
    int seconds = SECONDS_TO_LOSE + between(3, 10);
    await(second, "stands still for " + seconds + " s").standStill(Duration.ofSeconds(seconds));
  }

  private void kill(int second) throws IOException, InterruptedException {
    ServiceProcess victim = await(second, "is killed");
    victim.kill();
    victim.start();
  }

  private ServiceProcess await(int second, String what) throws InterruptedException {
    int victim = random.nextInt(services.size());
    Duration wait = Duration.between(Instant.now(), start.plusSeconds(second));
    Thread.sleep(wait.isNegative() ? Duration.ZERO : wait);
    System.out.printf("At %d s service %d %s.%n", second, victim + 1, what);
    return services.get(victim);
  }

  private int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }
}
