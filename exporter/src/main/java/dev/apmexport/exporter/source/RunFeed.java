package dev.apmexport.exporter.source;

import java.util.List;

/** The metric log of one run, read in order. A reader that has seen record n has seen all before it. */
public interface RunFeed {
  /** The records that follow {@code afterSeq}, at most {@code limit} of them; empty if there are none yet. */
  List<LogRecord> read(long afterSeq, int limit);

  /** {@link LogRecord#firstBucket} of the records 1 to {@code throughSeq}, in order. */
  long[] firstBuckets(long throughSeq);

  /** The number of the newest record; 0 while there is none. */
  long head();
}
