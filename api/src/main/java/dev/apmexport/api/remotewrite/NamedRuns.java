package dev.apmexport.api.remotewrite;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.log.RunTraffic;
import dev.apmexport.store.profile.Profiles;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantId;
import dev.apmexport.store.tenant.TenantRepository;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs that a sender names and nobody makes: the first push makes one, which is exported by a profile, and pushes go to
 * it until it is over. A name that comes again after that is a new run; but where the run was stopped, whoever goes on
 * pushing to it is refused, and the name is free when they have been silent for as long as ends a run.
 */
final class NamedRuns {
  private static final Set<String> OPEN = Set.of("created", "running");
  /** After which the name of a stopped run is free. */
  static final Duration SILENCE = Duration.ofMinutes(5);
  private static final String KEY = "remote-write/";

  private final Runs runs;
  private final TestRunRepository found;
  private final TenantRepository tenants;
  private final Profiles profiles;
  private final RunTraffic traffic;
  private final DatabasePatience patience;

  NamedRuns(Runs runs, TestRunRepository found, TenantRepository tenants, Profiles profiles,
      RunTraffic traffic, DatabasePatience patience) {
    this.runs = runs;
    this.found = found;
    this.tenants = tenants;
    this.profiles = profiles;
    this.traffic = traffic;
    this.patience = patience;
  }

  /** The run of this name and profile that is not over. */
  Optional<TestRun> open(TenantId tenant, String name, String profile) {
    return newest(tenant, name, profile).filter(run -> OPEN.contains(run.state()));
  }

  private Optional<TestRun> newest(TenantId tenant, String name, String profile) {
    return patience.call(0, () -> found.newestNamed(tenant.value(), name, profile, KEY + "%"));
  }

  private boolean holdsName(TestRun run) {
    return OPEN.contains(run.state()) || patience.call(0, () -> traffic.isStoppedAndHeard(run.id(), SILENCE));
  }

  /**
   * The same, made where there is none; two pushes that find none at once make one run. A run that was stopped takes no
   * push, and is returned as long as its name is not free.
   */
  TestRun openOrMake(TenantId tenant, String name, String profile) {
    Optional<TestRun> newest = newest(tenant, name, profile);
    if (newest.isPresent() && holdsName(newest.get())) { return newest.get(); }
    if (patience.call(0, () -> profiles.find(tenant, profile)).isEmpty()) {
      throw new Refused(HttpStatus.BAD_REQUEST, "There is no profile \"" + profile
          + "\" to export the run by; make it with PUT /api/v1/apm-profiles/" + profile + ".");
    }
    String key = KEY + newest.map(TestRun::id).orElse(0L) + "/" + profile + "/" + name;
    return patience.call(0, () -> {
      Tenant owner = tenants.findById(tenant.value()).orElseThrow();
      return runs.create(owner, name, key, JsonMapper.shared().createObjectNode(), profile).run();
    });
  }
}
