package dev.apmexport.api.tenant;

import dev.apmexport.store.tenant.Plan;
import dev.apmexport.store.tenant.Tenant;
import java.time.Instant;

/** A tenant as operators see it; {@code id} is a decimal number, as text. */
record TenantView(String id, String name, Plan plan, int inputSeriesLimit, int outputSeriesLimit, Instant createdAt) {

  static TenantView of(Tenant tenant) {
    return new TenantView(Long.toString(tenant.id().value()), tenant.name(), tenant.plan(), tenant.inputSeriesLimit(),
        tenant.outputSeriesLimit(), tenant.createdAt());
  }
}
