package dev.apmexport.exporter.sink;

/** One destination. Blocking; called by one thread at a time. */
public interface Sink extends AutoCloseable {
  /** Sends the batch once. Never retries, never throws for an answer the remote end may give. */
  WriteResult write(Batch batch) throws InterruptedException;

  /** Asks once whether a batch would be taken, and writes nothing. */
  WriteResult probe() throws InterruptedException;

  @Override
  void close();
}
