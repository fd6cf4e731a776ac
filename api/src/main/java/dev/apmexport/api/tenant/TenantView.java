package dev.apmexport.api.tenant;

import dev.apmexport.store.tenant.Plan;
import dev.apmexport.store.tenant.Tenant;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A tenant as operators see it; {@code id} is a decimal number, as text.
 *
 * @param runBytesLimit the most bytes of pushes that are kept for one run; null for any number
 */
record TenantView(String id, String name, Plan plan, int inputSeriesLimit, int outputSeriesLimit,
    @Nullable Long runBytesLimit, Instant createdAt) {

  static TenantView of(Tenant tenant) {
    return new TenantView(Long.toString(tenant.id().value()), tenant.name(), tenant.plan(), tenant.inputSeriesLimit(),
        tenant.outputSeriesLimit(), tenant.runBytesLimit(), tenant.createdAt());
  }
}
