package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of a run that is sent once and never gone over again: nothing has to be known of what was sent, so its
 * memory does not grow. Only what the destination refused is kept, for the user to read.
 */
final class RefusalNotes implements Ledger {
  private static final int MOST_REASONS = 5;

  /** By the destination's words: the first series they were said of. */
  private final Map<String, String> reasons = new LinkedHashMap<>();
  private @Nullable String latest;

  @Override
  public LedgerState load() {
    return new LedgerState();
  }

  @Override
  public void book(Booking booking) {
    // Nobody takes over from this process.
  }

  @Override
  public void settle(int pass, int shard, long step) {
    // As above.
  }

  @Override
  public void doubtful(int pass, int shard, long step, long atMillis) {
    // Nothing is set right later.
  }

  @Override
  public synchronized void reject(Rejection rejection) {
    latest = rejection.reason();
    if (reasons.size() < MOST_REASONS) {
      reasons.putIfAbsent(rejection.reason(), rejection.series());
    }
  }

  /** The destination's words at its latest refusal, or null if it refused nothing. */
  synchronized @Nullable String latest() {
    return latest;
  }

  /** The destination's words, each with the first series it said them of; empty where it refused nothing. */
  synchronized String reasons() {
    return reasons.entrySet().stream().map(reason -> reason.getKey() + ", first of " + reason.getValue())
        .collect(Collectors.joining("; "));
  }
}
