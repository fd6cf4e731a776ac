package dev.apmexport.exporter.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The circuit breaker that the lanes of one delivery share. After some failures in a row, whoever's they are, requests
 * stop; from time to time a single one is let through, and when it is answered all go on.
 */
final class Circuit {
  /** Fewer than the eight lanes an export can have, so that one round of failures is enough. */
  private static final int FAILURES_IN_A_ROW = 5;
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final CircuitBreaker breaker;
  private final AtomicLong recoveries = new AtomicLong();

  /** What a request says of the destination. */
  enum Finding {
    ANSWERS, FAILS, UNKNOWN
  }

  Circuit(Timeline time) {
    breaker = CircuitBreaker.of("delivery", CircuitBreakerConfig.custom().clock(time.withZone(ZoneOffset.UTC))
        .currentTimestampFunction(clock -> clock.millis(), TimeUnit.MILLISECONDS)
        .slidingWindow(FAILURES_IN_A_ROW, FAILURES_IN_A_ROW, SlidingWindowType.COUNT_BASED).failureRateThreshold(100)
        .recordResult(Finding.FAILS::equals).permittedNumberOfCallsInHalfOpenState(1)
        .waitIntervalFunctionInOpenState(
            IntervalFunction.ofExponentialRandomBackoff(FIRST_PAUSE, 2.0, 0.5, LONGEST_PAUSE))
        .build());
    breaker.getEventPublisher().onStateTransition(event -> {
      if (event.getStateTransition().getToState() == State.CLOSED) {
        recoveries.incrementAndGet();
      }
    });
  }

  /** Whether a request may leave now; each that may is to be followed by {@link #note}. */
  boolean lets() {
    return breaker.tryAcquirePermission();
  }

  void note(Finding finding) {
    if (finding == Finding.UNKNOWN) {
      breaker.releasePermission();
    } else {
      breaker.onResult(0, TimeUnit.MILLISECONDS, finding);
    }
  }

  /** How often the destination has come back, for whoever waits for that. */
  long recoveries() {
    return recoveries.get();
  }
}
