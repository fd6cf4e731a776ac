package dev.apmexport.exporter.sink;

/** One destination. Blocking; called by one thread at a time. */
public interface Sink extends AutoCloseable {
  /**
   * Sends the batch once. Never retries, never throws for an answer the remote end may give. An empty batch
   * tests the connection and writes nothing.
   */
  WriteResult write(Batch batch) throws InterruptedException;

  @Override
  void close();
}
