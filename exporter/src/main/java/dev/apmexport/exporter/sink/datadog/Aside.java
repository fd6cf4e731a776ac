package dev.apmexport.exporter.sink.datadog;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Does what no point waits for. */
@FunctionalInterface
interface Aside {
  /** Each on a thread of its own; one whose time has not come has none yet. */
  Aside THREADS = (after, what) -> CompletableFuture
      .delayedExecutor(after.toMillis(), TimeUnit.MILLISECONDS, Thread::startVirtualThread).execute(what);

  void run(Duration after, Runnable what);
}
