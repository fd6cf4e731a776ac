package dev.apmexport.exporter.source.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.RecordedSamples;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.k6.SnappyBlock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonLinesCutterTest {
  private static final long T = 1_700_000_000;

  @Test
  void the_same_upload_gives_the_same_chunks_however_it_arrives() throws IOException, InvalidPush {
    byte[] upload = upload(12_000).bytes();
    List<JsonLinesCutter.Chunk> whole = cut(new ByteArrayInputStream(upload));
    List<JsonLinesCutter.Chunk> dripping = cut(new Dripping(upload));
    assertThat(whole).hasSize(3);
    assertThat(dripping).extracting(chunk -> new String(chunk.bytes()))
        .isEqualTo(whole.stream().map(chunk -> new String(chunk.bytes())).toList());
    assertThat(dripping).extracting(JsonLinesCutter.Chunk::lastLine).containsExactly(5_000L, 10_000L, 12_002L);
  }

  @Test
  void every_chunk_can_be_read_alone_and_all_together_hold_every_sample() throws IOException, InvalidPush {
    JsonLines upload = upload(7_000).metric("late", "counter");
    upload.point("late", Instant.ofEpochSecond(T).toString(), "1", "{}");
    List<String> samples = new ArrayList<>();
    int counted = 0;
    for (JsonLinesCutter.Chunk chunk : cut(new ByteArrayInputStream(upload.bytes()))) {
      samples.addAll(read(chunk));
      counted += chunk.samples();
    }
    assertThat(samples).hasSize(7_001).hasSize(counted).noneMatch(line -> line.startsWith("refused"));
  }

  @Test
  void a_chunk_says_which_seconds_and_lines_it_holds() throws IOException, InvalidPush {
    List<JsonLinesCutter.Chunk> chunks = cut(new ByteArrayInputStream(upload(7_000).bytes()));
    assertThat(chunks).extracting(JsonLinesCutter.Chunk::lastLine).containsExactly(5_000L, 7_002L);
    assertThat(chunks).extracting(JsonLinesCutter.Chunk::samples).containsExactly(4_998, 2_002);
    assertThat(chunks.get(0).firstBucket()).isEqualTo(T);
    assertThat(chunks.get(0).lastBucket()).isEqualTo(T + 49);
    assertThat(chunks.get(1).firstBucket()).isEqualTo(T + 49);
    assertThat(chunks.get(1).lastBucket()).isEqualTo(T + 69);
  }

  @Test
  void an_upload_of_nothing_has_no_chunk_and_one_of_definitions_no_times() throws IOException, InvalidPush {
    assertThat(cut(new ByteArrayInputStream(new byte[0]))).isEmpty();
    JsonLinesCutter.Chunk chunk = cut(new ByteArrayInputStream(new JsonLines().metric("c", "counter").bytes())).get(0);
    assertThat(chunk.samples()).isZero();
    assertThat(chunk.firstBucket()).isEqualTo(Long.MAX_VALUE);
    assertThat(chunk.lastBucket()).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void blank_lines_and_a_missing_last_line_end_do_no_harm() throws IOException, InvalidPush {
    String text = new String(upload(2).bytes()).strip().replace("\n", "\n\n\n");
    List<JsonLinesCutter.Chunk> chunks = cut(new ByteArrayInputStream(text.getBytes()));
    assertThat(chunks).singleElement().satisfies(chunk -> assertThat(read(chunk)).hasSize(2));
  }

  @Test
  void an_error_names_its_line() throws IOException, InvalidPush {
    byte[] upload = upload(6_000).line("").line("nonsense").bytes();
    JsonLinesCutter cutter = new JsonLinesCutter(new ByteArrayInputStream(upload));
    assertThat(cutter.next()).isNotNull();
    assertThatThrownBy(cutter::next).isInstanceOf(InvalidPush.class).hasMessageStartingWith("Line 6004 is not JSON")
        .hasMessageEndingWith(".");
  }

  @Test
  void a_line_beyond_all_measure_is_refused_before_it_is_read_whole() {
    InputStream endless = new InputStream() {
      private long given;

      @Override
      public int read() {
        if (given++ > 1 << 20) { throw new AssertionError("reads on and on"); }
        return '{';
      }
    };
    assertThatThrownBy(() -> new JsonLinesCutter(endless).next()).isInstanceOf(InvalidPush.class)
        .hasMessageStartingWith("Line 1 is longer than 65536 bytes");
  }

  @Test
  void chunks_of_long_lines_are_small_enough_to_be_read_back() throws IOException, InvalidPush {
    String tag = "{\"long\":\"" + "x".repeat(60_000) + "\"}";
    JsonLines upload = new JsonLines().metric("c", "counter");
    for (int i = 0; i < 700; i++) {
      upload.point("c", Instant.ofEpochSecond(T).toString(), "1", tag);
    }
    List<JsonLinesCutter.Chunk> chunks = cut(new ByteArrayInputStream(upload.bytes()));
    assertThat(chunks).allMatch(chunk -> chunk.bytes().length <= SnappyBlock.MAX_UNPACKED);
    assertThat(chunks.stream().mapToInt(JsonLinesCutter.Chunk::samples).sum()).isEqualTo(700);
    assertThat(chunks.getLast().lastLine()).isEqualTo(701);
  }

  @Test
  void more_definitions_than_a_chunk_can_hold_are_refused() {
    JsonLines upload = new JsonLines();
    for (int i = 0; i < 700; i++) {
      upload.metric("m" + i + "x".repeat(30_000), "counter");
    }
    assertThatThrownBy(() -> cut(new ByteArrayInputStream(upload.bytes()))).isInstanceOf(InvalidPush.class)
        .hasMessageContaining("metrics");
  }

  private static JsonLines upload(int points) {
    JsonLines lines = new JsonLines().metric("c", "counter").metric("t", "trend");
    Random random = new Random(1);
    for (int i = 0; i < points; i++) {
      lines.point(i % 2 == 0 ? "c" : "t", Instant.ofEpochSecond(T + i / 100, i).toString(), "" + random.nextDouble(),
          "{\"a\":\"" + i % 7 + "\"}");
    }
    return lines;
  }

  private static List<JsonLinesCutter.Chunk> cut(InputStream in) throws IOException, InvalidPush {
    JsonLinesCutter cutter = new JsonLinesCutter(in);
    List<JsonLinesCutter.Chunk> chunks = new ArrayList<>();
    for (JsonLinesCutter.Chunk chunk = cutter.next(); chunk != null; chunk = cutter.next()) {
      assertThat(chunk.lastLine()).isEqualTo(cutter.lines());
      chunks.add(chunk);
    }
    return chunks;
  }

  private static List<String> read(JsonLinesCutter.Chunk chunk) throws InvalidPush {
    RecordedSamples seen = new RecordedSamples();
    new JsonLinesReader(new SeriesTable(100)).read(chunk.bytes(), chunk.bytes().length, TimeBounds.around(T * 1000),
        seen);
    return seen.lines();
  }

  /** Gives a few bytes at a time, as a network does. */
  private static final class Dripping extends ByteArrayInputStream {
    private final Random random = new Random(2);

    Dripping(byte[] bytes) {
      super(bytes);
    }

    @Override
    public synchronized int read(byte[] to, int offset, int length) {
      return super.read(to, offset, Math.min(length, 1 + random.nextInt(900)));
    }
  }
}
