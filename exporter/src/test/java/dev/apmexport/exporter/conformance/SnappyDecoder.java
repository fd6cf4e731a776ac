package dev.apmexport.exporter.conformance;

import java.util.Arrays;

/** Unpacks a snappy block as its format description says, and by no code of the sender's. */
final class SnappyDecoder {
  private final byte[] in;
  private int at;
  private byte[] out = new byte[0];
  private int length;

  private SnappyDecoder(byte[] in) {
    this.in = in;
  }

  static byte[] decode(byte[] block) {
    return new SnappyDecoder(block).decode();
  }

  private byte[] decode() {
    out = new byte[varint()];
    while (at < in.length) {
      int tag = in[at++] & 0xFF;
      switch (tag & 3) {
        case 0 -> literal(tag >> 2);
        case 1 -> copy((tag >> 5) << 8 | in[at++] & 0xFF, (tag >> 2 & 7) + 4);
        case 2 -> copy(little(2), (tag >> 2) + 1);
        default -> copy(little(4), (tag >> 2) + 1);
      }
    }
    if (length != out.length) { throw new AssertionError("announced " + out.length + ", came " + length); }
    return out;
  }

  private void literal(int size) {
    int count = (size < 60 ? size : little(size - 59)) + 1;
    System.arraycopy(in, at, out, length, count);
    at += count;
    length += count;
  }

  private void copy(int offset, int count) {
    for (int i = 0; i < count; i++) {
      out[length] = out[length - offset];
      length++;
    }
  }

  private int little(int bytes) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= (in[at++] & 0xFF) << 8 * i;
    }
    return value;
  }

  private int varint() {
    int value = 0;
    for (int shift = 0;; shift += 7) {
      int next = in[at++];
      value |= (next & 0x7F) << shift;
      if (next >= 0) { return value; }
    }
  }

  /** Whether a body begins as the framed format does. */
  static boolean isFramed(byte[] body) {
    return body.length >= 10 && Arrays.equals(Arrays.copyOf(body, 4), new byte[]{(byte) 0xff, 6, 0, 0});
  }
}
