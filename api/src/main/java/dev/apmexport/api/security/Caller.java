package dev.apmexport.api.security;

import dev.apmexport.store.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Which tenant a request comes from; a controller that takes one is open to holders of a tenant's token only, or of a
 * run's where it is {@link OpenToRunTokens}.
 *
 * @param onlyRun the one run that the caller may push to; null for a caller who may do whatever the tenant may
 */
public record Caller(TenantId tenant, @Nullable Long onlyRun) {
  public boolean maySee(long testRunId) {
    return onlyRun == null || onlyRun == testRunId;
  }
}
