package dev.apmexport.worker.replay;

import dev.apmexport.store.tenant.TenantId;
import java.util.HashMap;
import java.util.Map;

/**
 * The places that a worker has for replays. A tenant gets a quarter of them at most: one whose destinations are all
 * dead holds its places for a day.
 */
final class Places {
  private final int all;
  private final int ofOneTenant;
  private final Map<TenantId, Integer> taken = new HashMap<>();

  /** @param all how many there are, at least 1 */
  Places(int all) {
    this.all = all;
    this.ofOneTenant = Math.max(1, all / 4);
  }

  /** Takes a place for a tenant; false if there is none for it now. */
  synchronized boolean take(TenantId tenant) {
    int inUse = taken.values().stream().mapToInt(Integer::intValue).sum();
    if (inUse >= all || taken.getOrDefault(tenant, 0) >= ofOneTenant) { return false; }
    taken.merge(tenant, 1, Integer::sum);
    return true;
  }

  synchronized void free(TenantId tenant) {
    taken.computeIfPresent(tenant, (_, places) -> places == 1 ? null : places - 1);
  }
}
