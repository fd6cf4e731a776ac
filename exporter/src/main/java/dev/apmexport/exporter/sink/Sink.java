package dev.apmexport.exporter.sink;

/** One destination. Blocking; called by one thread at a time. */
public interface Sink extends AutoCloseable {
  /** Sends the batch once. Never retries, never throws for an answer the remote end may give. */
  WriteResult write(Batch batch) throws InterruptedException;

  /** Asks once whether a batch would be taken, and writes nothing. */
  WriteResult probe() throws InterruptedException;

  /** Asks whether all that the block gives is good, what points do not need included. For people; writes nothing. */
  default WriteResult examine() throws InterruptedException {
    return probe();
  }

  @Override
  void close();
}
