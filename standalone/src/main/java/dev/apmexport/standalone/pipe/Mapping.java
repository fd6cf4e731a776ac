package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.source.InvalidPush;

/** What becomes of k6's samples. One thread. */
interface Mapping {
  /** Says what time it is, before the lines that have come by then are taken. */
  void now(long millis);

  /** Takes one of k6's lines. Throws where it is none. */
  void line(byte[] line) throws InvalidPush;

  /** Hands on what is complete. */
  void handOn();

  /** Hands on all that is left, since no more lines come. */
  void end();
}
