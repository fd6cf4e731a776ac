package dev.apmexport.exporter.source.k6;

import dev.apmexport.exporter.source.InvalidPush;
import java.io.IOException;
import org.xerial.snappy.Snappy;

/** A buffer that snappy blocks are unpacked into, one after the other. */
public final class SnappyBlock {
  /** A push may not unpack to more than this. */
  public static final int MAX_UNPACKED = 32 << 20;

  private byte[] bytes = new byte[64 << 10];
  private int length;

  /** Unpacks a block; the bytes stay valid until the next one. */
  public void open(byte[] packed) throws InvalidPush {
    try {
      int unpacked = Snappy.uncompressedLength(packed);
      if (unpacked > MAX_UNPACKED) {
        throw new InvalidPush("The body unpacks to " + unpacked + " bytes; at most " + MAX_UNPACKED + " are taken.");
      }
      if (unpacked > bytes.length) {
        bytes = new byte[Math.min(MAX_UNPACKED, unpacked + unpacked / 8)]; // the next push is about as large
      }
      length = Snappy.uncompress(packed, 0, packed.length, bytes, 0);
    } catch (IOException | IllegalArgumentException e) {
      throw new InvalidPush("The body is not a snappy block (block format, not framed): " + e.getMessage(), e);
    }
  }

  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }
}
