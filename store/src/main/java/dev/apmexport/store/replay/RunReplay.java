package dev.apmexport.store.replay;

import dev.apmexport.store.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A replay that was asked for.
 *
 * @param elsewhere whether it goes to another destination than the run's own
 * @param fromMillis null for the run's beginning
 * @param toMillis null for the run's end
 * @param createdBy names a token
 * @param cancelled whether it was asked to stop
 */
public record RunReplay(long id, TenantId tenant, long testRunId, ReplayRequest.Mode mode, boolean dryRun,
    boolean elsewhere, @Nullable Long fromMillis, @Nullable Long toMillis, String createdBy, Instant createdAt,
    boolean cancelled, List<ReplayPart> parts) {

  /** That of its parts: running from the first start to the last end, then the worst. */
  public ReplayPart.State state() {
    List<ReplayPart.State> states = parts.stream().map(ReplayPart::state).toList();
    if (states.stream().allMatch(ReplayPart.State::isOver)) {
      return states.stream().max(Comparator.naturalOrder()).orElse(ReplayPart.State.DONE);
    }
    return states.stream().allMatch(ReplayPart.State.QUEUED::equals) ? ReplayPart.State.QUEUED
        : ReplayPart.State.RUNNING;
  }

  /** When its first part began; null before. */
  public @Nullable Instant startedAt() {
    return parts.stream().map(ReplayPart::startedAt).filter(Objects::nonNull).min(Comparator.naturalOrder())
        .orElse(null);
  }

  /** When its last part ended; null before. */
  public @Nullable Instant endedAt() {
    return !state().isOver() ? null
        : parts.stream().map(ReplayPart::endedAt).filter(Objects::nonNull).max(Comparator.naturalOrder()).orElse(null);
  }

  RunReplay with(List<ReplayPart> itsParts) {
    return new RunReplay(id, tenant, testRunId, mode, dryRun, elsewhere, fromMillis, toMillis, createdBy, createdAt,
        cancelled, itsParts);
  }

  static RunReplay of(ResultSet row, int number) throws SQLException {
    return new RunReplay(row.getLong("id"), new TenantId(row.getLong("tenant_id")), row.getLong("test_run_id"),
        row.getString("mode").equals("difference") ? ReplayRequest.Mode.DIFFERENCE : ReplayRequest.Mode.EVERYTHING,
        row.getBoolean("dry_run"), row.getBoolean("elsewhere"), row.getObject("from_millis", Long.class),
        row.getObject("to_millis", Long.class), row.getString("created_by"),
        Objects.requireNonNull(ReplayPart.instant(row, "created_at")), row.getBoolean("cancelled"), List.of());
  }
}
