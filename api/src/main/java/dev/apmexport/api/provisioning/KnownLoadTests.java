package dev.apmexport.api.provisioning;

import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.loadtest.LoadTest;
import dev.apmexport.store.loadtest.LoadTests;
import dev.apmexport.store.tenant.TenantId;

/** Load tests as a path names them. */
record KnownLoadTests(LoadTests tests, DatabasePatience patience) {
  /** The tenant's load test of this id; anybody else's is not found. */
  LoadTest find(TenantId tenant, String id) {
    return patience.call(0, () -> tests.find(tenant, Intake.number(id)))
        .orElseThrow(() -> Refused.notFound("There is no load test " + id + "."));
  }
}
