package dev.apmexport.exporter.source.json;

import dev.apmexport.exporter.source.InvalidPush;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of k6's JSON lines into chunks of a fixed number of lines, fewer where they are very long, so that the
 * same upload gives the same chunks. Each chunk starts with the definitions seen so far and can be read alone. Memory
 * is bounded by one chunk.
 */
public final class JsonLinesCutter {
  /** Lines per chunk. */
  public static final int LINES = 5_000;
  /** A line may not be longer; k6's own are a few hundred bytes. */
  public static final int MAX_LINE = 64 << 10;
  private static final int MAX_METRICS = 10_000;
  /** A chunk ends with the line that reaches this size; half of what a record may unpack to. */
  private static final int MAX_CHUNK = 16 << 20;
  private static final int MAX_DEFINITIONS = 8 << 20;

  private final InputStream in;
  private final byte[] buffer = new byte[64 << 10];
  private int at;
  private int end;
  private long lines;
  private final Map<String, byte[]> definitions = new LinkedHashMap<>();
  private int definitionBytes;

  /**
   * @param bytes the lines, definitions first
   * @param firstBucket the earliest sample's second; {@link Long#MAX_VALUE} without samples
   * @param lastLine the number of the last line of the upload in it, from 1
   */
  public record Chunk(byte[] bytes, int samples, long firstBucket, long lastBucket, long lastLine) {}

  public JsonLinesCutter(InputStream in) {
    this.in = in;
  }

  /** The number of lines read so far. */
  public long lines() {
    return lines;
  }

  /** The next chunk, or null at the end of the upload. Throws with the number of the line that cannot be read. */
  public @Nullable Chunk next() throws IOException, InvalidPush {
    List<byte[]> seen = new ArrayList<>(definitions.values());
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 20);
    seen.forEach(line -> write(out, line));
    int samples = 0;
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    int taken = 0;
    for (byte[] line = line(); line != null; line = ++taken < LINES && out.size() < MAX_CHUNK ? line() : null) {
      if (line.length == 0) {
        continue;
      }
      write(out, line);
      if (parse(line) instanceof JsonLine.Sample sample) {
        samples++;
        first = Math.min(first, sample.second());
        last = Math.max(last, sample.second());
      }
    }
    return taken == 0 ? null : new Chunk(out.toByteArray(), samples, first, last, lines);
  }

  private JsonLine parse(byte[] line) throws InvalidPush {
    try {
      JsonLine parsed = JsonLine.parse(line, 0, line.length);
      if (parsed instanceof JsonLine.Definition definition) {
        define(definition.metric(), line);
      }
      return parsed;
    } catch (InvalidPush e) {
      throw new InvalidPush("Line " + lines + " " + e.getMessage() + ".", e);
    }
  }

  private void define(String metric, byte[] line) throws InvalidPush {
    byte[] before = definitions.put(metric, line);
    definitionBytes += line.length - (before == null ? 0 : before.length);
    if (definitions.size() > MAX_METRICS || definitionBytes > MAX_DEFINITIONS) {
      throw new InvalidPush(
          "defines more than " + MAX_METRICS + " metrics, or with more than " + MAX_DEFINITIONS + " bytes");
    }
  }

  private static void write(ByteArrayOutputStream out, byte[] line) {
    out.writeBytes(line);
    out.write('\n');
  }

  private byte @Nullable [] line() throws IOException, InvalidPush {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    while (true) {
      if (at == end && !fill()) {
        lines += line.size() > 0 ? 1 : 0;
        return line.size() > 0 ? line.toByteArray() : null;
      }
      int from = at;
      while (at < end && buffer[at] != '\n') {
        at++;
      }
      line.write(buffer, from, at - from);
      if (line.size() > MAX_LINE) {
        throw new InvalidPush("Line " + (lines + 1) + " is longer than " + MAX_LINE + " bytes.");
      }
      if (at < end) {
        at++;
        lines++;
        return line.toByteArray();
      }
    }
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }
}
