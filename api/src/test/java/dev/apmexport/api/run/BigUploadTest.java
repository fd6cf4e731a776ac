package dev.apmexport.api.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Enumeration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BigUploadTest extends WithApi {
  private static final int LINES_AT_ONCE = 1_000;
  private static final int TIMES = 200;
  private static final String METRIC = "{\"type\":\"Metric\",\"data\":{\"name\":\"my\",\"type\":\"counter\"},\"metric\":\"my\"}\n";

  @Test
  void an_upload_needs_no_more_memory_than_a_part_of_it() {
    String run = newRun();
    String line = "{\"metric\":\"my\",\"type\":\"Point\",\"data\":{\"time\":\"2026-01-31T09:30:00Z\",\"value\":1,\"tags\":{\"a\":\""
        + "x".repeat(200) + "\"}}}\n";
    byte[] part = line.repeat(LINES_AT_ONCE).getBytes(StandardCharsets.UTF_8);
    long whole = (long) part.length * TIMES;
    long before = live();
    long[] most = {0};
    Enumeration<InputStream> parts = Collections.enumeration(IntStream.range(0, TIMES).<InputStream>mapToObj(i -> {
      return new ByteArrayInputStream(part) {
        @Override
        public void close() {
          if (i == TIMES - 10) {
            most[0] = live(); // nearly all is sent and the answer is still to come
          }
        }
      };
    }).toList());
    InputStream body = new SequenceInputStream(new ByteArrayInputStream(METRIC.getBytes(StandardCharsets.UTF_8)),
        new SequenceInputStream(parts));

    Answer stored = push("/api/v1/test-runs/" + run + "/samples", BodyPublishers.ofInputStream(() -> body));

    assertThat(stored.json().path("samples").asInt()).as(stored.text()).isEqualTo(LINES_AT_ONCE * TIMES);
    assertThat(most[0]).isPositive();
    assertThat(most[0] - before).isLessThan(whole / 2);
    assertThat(records(run)).isEqualTo(41);
  }

  /** Bytes that are in use, without garbage. */
  private static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
