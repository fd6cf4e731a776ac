package dev.apmexport.api.provisioning;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.loadtest.LoadTest;
import dev.apmexport.store.loadtest.LoadTests;
import dev.apmexport.store.tenant.TenantId;
import java.util.Optional;
import java.util.regex.Pattern;

/** Load tests as a path names them. */
record KnownLoadTests(LoadTests tests, DatabasePatience patience) {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  /** The tenant's load test of this id; anybody else's is not found. */
  LoadTest find(TenantId tenant, String id) {
    Optional<LoadTest> found = NUMBER.matcher(id).matches()
        ? patience.call(0, () -> tests.find(tenant, Long.parseLong(id)))
        : Optional.empty();
    return found.orElseThrow(() -> Refused.notFound("There is no load test " + id + "."));
  }
}
