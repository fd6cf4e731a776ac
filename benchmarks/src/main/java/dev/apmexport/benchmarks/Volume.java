package dev.apmexport.benchmarks;

import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** How much a benchmark has worked on; JMH makes amounts per second of it. */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.OPERATIONS)
public class Volume {
  /** Protobuf bytes, before snappy packs or after it has unpacked them. */
  public long bytes;
  /** Samples read, buckets merged or points written. */
  public long samples;
}
