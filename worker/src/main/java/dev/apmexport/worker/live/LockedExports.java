package dev.apmexport.worker.live;

import dev.apmexport.store.run.RunExport;
import dev.apmexport.worker.OpenExports;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** The exports of a live run that could not be opened. */
final class LockedExports {
  private static final Duration TRY_EVERY = Duration.ofSeconds(10);

  private final OpenExports open;
  private final InstantSource time;
  private final List<RunExport> exports = new ArrayList<>();
  private Instant tried;

  LockedExports(OpenExports open, InstantSource time) {
    this.open = open;
    this.time = time;
    this.tried = time.instant();
  }

  void add(RunExport export) {
    exports.add(export);
  }

  List<RunExport> all() {
    return exports;
  }

  /** Whether one of them can be opened by now; looks every ten seconds. */
  boolean anyOpens() {
    Instant now = time.instant();
    if (exports.isEmpty() || now.isBefore(tried.plus(TRY_EVERY))) { return false; }
    tried = now;
    return exports.stream().anyMatch(open::opens);
  }
}
