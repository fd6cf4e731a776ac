package dev.apmexport.benchmarks;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A place in protobuf bytes that are known to be good, since nothing is checked. */
final class WireCursor {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] data = {};
  private int at;

  void open(byte[] bytes) {
    data = bytes;
    at = 0;
  }

  boolean before(int end) {
    return at < end;
  }

  /** Reads a length and says where what follows it ends. */
  int end() {
    int length = varint();
    return at + length;
  }

  /** Reads numbers below 2^31, which are all that stand in a MetricSet of this century. */
  int varint() {
    int result = 0;
    for (int shift = 0;; shift += 7) {
      byte next = data[at++];
      result |= (next & 0x7F) << shift;
      if (next >= 0) { return result; }
    }
  }

  double fixed64() {
    double result = Double.longBitsToDouble((long) LONGS.get(data, at));
    at += 8;
    return result;
  }

  void skip(int tag) {
    switch (tag & 7) {
      case 0 -> varint();
      case 1 -> at += 8;
      default -> at = end();
    }
  }
}
