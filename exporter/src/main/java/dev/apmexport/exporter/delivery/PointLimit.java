package dev.apmexport.exporter.delivery;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How many points a second may leave, on the clock of a {@link Timeline}. Whatever shares the limit shares the object.
 * What is sent again counts again, since the destination has to take it in again.
 */
public final class PointLimit {
  public static final PointLimit NONE = new PointLimit(List.of());
  /** Points may run ahead of an even flow by so much of a second, so that no limit needs a wait for each point. */
  private static final int PARTS_OF_A_SECOND = 20;
  /** Nobody waits as long; it is there since the limiter wants a bound. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(30);

  private final List<RateLimiter> limiters;

  private PointLimit(List<RateLimiter> limiters) {
    this.limiters = limiters;
  }

  /** @param perSecond 0 for no limit */
  public static PointLimit of(int perSecond, Timeline time) {
    if (perSecond == 0) { return NONE; }
    int atOnce = Math.max(1, perSecond / PARTS_OF_A_SECOND);
    RateLimiterConfig config = RateLimiterConfig.custom().limitForPeriod(atOnce)
        .limitRefreshPeriod(Duration.ofSeconds(1).multipliedBy(atOnce).dividedBy(perSecond))
        .timeoutDuration(LONGEST_WAIT).build();
    long start = time.millis();
    return new PointLimit(List.of(RateLimiter.of("points", config, () -> (time.millis() - start) * 1_000_000)));
  }

  /** Both limits at once. */
  public PointLimit and(PointLimit other) {
    return new PointLimit(Stream.concat(limiters.stream(), other.limiters.stream()).toList());
  }

  /** Takes so many points off the limit; returns how long to wait before they may leave. */
  Duration reserve(int points) {
    if (points == 0) { return Duration.ZERO; }
    long nanos = limiters.stream().mapToLong(limiter -> limiter.reservePermission(points)).max().orElse(0);
    return Duration.ofMillis(Math.ceilDiv(nanos, 1_000_000L));
  }
}
