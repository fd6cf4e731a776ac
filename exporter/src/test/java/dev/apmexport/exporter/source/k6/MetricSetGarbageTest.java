package dev.apmexport.exporter.source.k6;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.fail;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.PushReader;
import dev.apmexport.exporter.source.RecordedSamples;
import dev.apmexport.exporter.source.TimeBounds;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes: either they are read, or an InvalidPush says that they cannot be. */
class MetricSetGarbageTest {
  private static final long T = MetricSetReaderTest.T;
  private static final int ROUNDS = 10_000;

  @Test
  void a_push_cut_short_at_any_length_is_read_or_refused() {
    byte[] push = push(new Random(1));
    for (int length = 0; length < push.length; length++) {
      attempt(Arrays.copyOf(push, length), "cut at " + length);
    }
  }

  @Test
  void a_packed_push_cut_short_is_refused() {
    byte[] packed = MetricSets.pack(push(new Random(1)));
    for (int length = 0; length < packed.length; length++) {
      byte[] cut = Arrays.copyOf(packed, length);
      assertThatThrownBy(() -> open(cut)).isInstanceOf(InvalidPush.class);
    }
  }

  @Test
  void changed_bytes_are_read_or_refused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] push = push(random);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bad = push.clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) (random.nextBoolean() ? random.nextInt(256) : 0xFF);
      }
      attempt(bad, "seed " + seed + " round " + round);
    }
  }

  @Test
  void changed_packed_bytes_are_read_or_refused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] packed = MetricSets.pack(push(random));
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bad = packed.clone();
      bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      try {
        open(bad);
      } catch (InvalidPush expected) {
        assertThat(expected).message().isNotBlank();
      } catch (RuntimeException | Error e) {
        fail("seed " + seed + " round " + round + ": " + HexFormat.of().formatHex(bad), e);
      }
    }
  }

  @Test
  void random_bytes_are_read_or_refused() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bad = new byte[random.nextInt(60)];
      random.nextBytes(bad);
      attempt(bad, "seed " + seed + " round " + round);
      attempt(Wire.set(bad), "metric, seed " + seed + " round " + round);
      attempt(Wire.set(Wire.metric("t", 4, bad)), "series, seed " + seed + " round " + round);
      attempt(trend(bad), "trend, seed " + seed + " round " + round);
    }
  }

  @Test
  void a_span_that_leads_beyond_all_buckets_is_refused() {
    byte[] span = Wire.concat(Wire.varint(1, Integer.MAX_VALUE), Wire.varint(2, 1));
    byte[] value = Wire.concat(Wire.field(2, new byte[]{1}), Wire.field(3, span), Wire.varint(6, 1));
    assertThatThrownBy(() -> read(trend(value))).isInstanceOf(InvalidPush.class).hasMessageContaining("spans");
  }

  @Test
  void a_histogram_with_more_counters_than_there_are_buckets_is_refused() {
    byte[] value = Wire.concat(Wire.field(2, new byte[8_000]), Wire.field(3, Wire.varint(2, 8_000)));
    assertThatThrownBy(() -> read(trend(value))).isInstanceOf(InvalidPush.class).hasMessageContaining("counters");
  }

  private static byte[] trend(byte[] value) {
    return Wire.set(Wire.metric("t", 4, Wire.field(5, Wire.field(1, value))));
  }

  private static byte[] push(Random random) {
    MetricSets push = new MetricSets(3);
    for (int i = 0; i < 4; i++) {
      Labels labels = Labels.of("url", "http://example.com/" + i, "group", "", "ü", "ö");
      push.counter("http_reqs", labels, T, i).gauge("vus", labels, T + 3, -i).rate("checks", labels, T, i, 3);
      push.trend("http_req_duration", labels, T, random.doubles(20, -1, 500).toArray());
    }
    return push.bytes();
  }

  private static void attempt(byte[] data, String what) {
    try {
      read(data);
    } catch (InvalidPush expected) {
      assertThat(expected.getMessage()).isNotBlank();
    } catch (RuntimeException | Error e) {
      fail(what + ": " + HexFormat.of().formatHex(data), e);
    }
  }

  private static void read(byte[] data) throws InvalidPush {
    new MetricSetReader(new SeriesTable(10)).read(data, data.length, TimeBounds.around(T * 1000),
        new RecordedSamples());
    MetricSetReader.header(data, data.length);
  }

  private static void open(byte[] packed) throws InvalidPush {
    LogRecord record = new LogRecord(1, T * 1000, LogRecord.Kind.METRIC_SET, "", T, T, packed);
    PushReader reader = new PushReader(new SeriesTable(10));
    reader.period(record);
    reader.read(record, new RecordedSamples());
  }
}
