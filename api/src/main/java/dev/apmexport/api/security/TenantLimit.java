package dev.apmexport.api.security;

import dev.apmexport.store.tenant.TenantId;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.AtomicRateLimiter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Refuses a tenant who asks for something costly too often. Each process counts for itself. */
public final class TenantLimit {
  /** So many tenants are remembered; the one that has not asked for longest is forgotten first. */
  private static final int TENANTS = 10_000;

  private final String what;
  private final RateLimiterConfig config;
  private final Map<TenantId, AtomicRateLimiter> limiters = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1;

    @Override
    protected boolean removeEldestEntry(Map.Entry<TenantId, AtomicRateLimiter> eldest) {
      return size() > TENANTS;
    }
  };

  /** @param what is limited, such as "checks" */
  public TenantLimit(String what, int most, Duration period) {
    this.what = what;
    this.config = RateLimiterConfig.custom().limitForPeriod(most).limitRefreshPeriod(period)
        .timeoutDuration(Duration.ZERO).build();
  }

  /** Counts one; throws {@link Refused} if it is one too many. */
  public void take(TenantId tenant) {
    AtomicRateLimiter limiter = of(tenant);
    if (!limiter.acquirePermission()) {
      Duration wait = Duration.ofNanos(limiter.getDetailedMetrics().getNanosToWait());
      throw Refused.forNow("At most " + config.getLimitForPeriod() + " " + what + " are answered in "
          + config.getLimitRefreshPeriod().toSeconds() + " s; try again in " + Refused.seconds(wait) + " s.", wait);
    }
  }

  private AtomicRateLimiter of(TenantId tenant) {
    synchronized (limiters) {
      return limiters.computeIfAbsent(tenant, _ -> new AtomicRateLimiter(what, config));
    }
  }
}
