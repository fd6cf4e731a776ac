package dev.apmexport.exporter.metric;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** 64-bit hashing for look-ups and for the ledger's fingerprints; not for secrets. */
public final class Hash {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long SEED = 0x9E3779B97F4A7C15L;

  private Hash() {}

  /** Spreads every bit of the input over the whole result (the finalizer of SplitMix64). */
  public static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A hash of bytes {@code [from, to)}, started from a seed. */
  public static long bytes(long seed, byte[] data, int from, int to) {
    long hash = seed ^ (to - from) * SEED;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      hash = Long.rotateLeft((hash ^ (long) LONGS.get(data, i)) * SEED, 29);
    }
    for (; i < to; i++) {
      hash = (hash ^ (data[i] & 0xFF)) * SEED;
    }
    return mix(hash);
  }
}
