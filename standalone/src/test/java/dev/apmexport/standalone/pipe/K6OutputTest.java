package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.InvalidPush;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

class K6OutputTest {
  private static final String SAMPLE = "{\"metric\":\"vus\",\"type\":\"Point\",\"data\":{\"time\":"
      + "\"2026-01-31T09:30:00.1Z\",\"value\":1,\"tags\":{\"a\":\"{\\\"metric\\\":\"}}}\n";
  private static final String PROGRESS = "\nrunning (00m01.0s), 1/1 VUs\ndefault   [  10% ] 1 VUs\n";

  private final List<String> taken = new ArrayList<>();
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final K6Output output = new K6Output(this::take, console);

  /** As the reader of k6's lines decides. */
  private void take(byte[] line) throws InvalidPush {
    try {
      JsonMapper.shared().readTree(line);
    } catch (JacksonException e) {
      throw new InvalidPush("is not JSON", e);
    }
    taken.add(new String(line, StandardCharsets.UTF_8));
  }

  private void read(String text, int piece) throws IOException {
    InputStream slow = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)) {
      @Override
      public synchronized int read(byte[] to, int from, int length) {
        return super.read(to, from, Math.min(piece, length));
      }
    };
    LineSplitter splitter = new LineSplitter(slow);
    while (splitter.fill()) {
      splitter.split(output::line);
    }
    splitter.end();
    splitter.split(output::line);
    output.end();
  }

  private String said() {
    return console.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 4096, 1 << 20})
  void samples_and_what_k6_says_are_told_apart_however_they_come(int piece) throws IOException {
    String summary = "     ✓ checks…: 100%\n\n{\"metrics\": {}}\n{\n  \"a\": 1\n}\nno end";
    read("banner\n\n" + SAMPLE + SAMPLE + "\r\n" + SAMPLE + summary, piece);

    assertThat(taken).containsExactly(SAMPLE, SAMPLE, SAMPLE);
    assertThat(said()).isEqualTo("banner\n\n\r\n" + summary);
    assertThat(output.lines()).isEqualTo(3);
    assertThat(output.broken()).isZero();
  }

  @Test
  void a_sample_with_progress_in_its_middle_is_put_together_wherever_it_is_cut() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int cut = 1; cut < SAMPLE.length() - 1; cut++) {
      text.append(SAMPLE, 0, cut).append(PROGRESS).append(SAMPLE, cut, SAMPLE.length());
    }
    read(text.toString(), 4096);

    assertThat(taken).hasSize(SAMPLE.length() - 2);
    assertThat(taken).allSatisfy(line -> assertThat(line).isEqualTo(SAMPLE));
    assertThat(output.broken()).isZero();
    assertThat(output.mended()).isPositive().isEqualTo(output.lines());
    assertThat(said().split("running", -1)).hasSize(SAMPLE.length() - 1);
  }

  @Test
  void blanks_in_a_line_that_somebody_has_rewritten_do_not_matter() throws IOException {
    String spaced = SAMPLE.replaceFirst("\\{\"metric\":", "{ \"metric\": ");
    read(spaced, 4096);

    assertThat(taken).containsExactly(spaced);
  }

  @Test
  void a_sample_that_stays_broken_is_counted_and_those_around_it_stand() throws IOException {
    read(SAMPLE + "{\"metric\":\"vus\",\"type\n" + SAMPLE + PROGRESS + "{\"metric\":\"last\n", 4096);

    assertThat(taken).containsExactly(SAMPLE, SAMPLE);
    assertThat(output.broken()).isEqualTo(2);
    assertThat(output.firstBroken()).isEqualTo("{\"metric\":\"vus\",\"type");
    assertThat(said()).isEqualTo(PROGRESS + "{\"metric\":\"vus\",\"type\n" + "{\"metric\":\"last\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"type\":\"summary\",\"failed\":0}\n", "{\"type\":\"Pointer\"}\n", "{\"type\":\"m\"}\n",
      "{\"type\":null}\n", "{\"type\":1}", "{\"metrics\":{\"a\":1}}\n", "{ \"type\" : \"summary\" }\n"})
  void a_line_of_json_that_the_script_prints_is_no_sample(String own) throws IOException {
    read(SAMPLE + own, 4096);

    assertThat(taken).containsExactly(SAMPLE);
    assertThat(said()).isEqualTo(own);
    assertThat(output.broken()).isZero();
  }

  @Test
  void what_looked_like_half_a_sample_is_said_after_all() throws IOException {
    String own = "{\"metric\": \"of the script's own, and no JSON\n";
    read(own + "text\n" + SAMPLE, 4096);

    assertThat(taken).containsExactly(SAMPLE);
    assertThat(said()).isEqualTo("text\n" + own);
    assertThat(output.broken()).isOne();
  }

  @Test
  void a_line_without_an_end_does_not_fill_the_memory() throws IOException {
    read("x".repeat(5 * LineSplitter.MOST) + "\n" + SAMPLE, 64 << 10);

    assertThat(taken).containsExactly(SAMPLE);
    assertThat(said()).hasSize(5 * LineSplitter.MOST + 1);
  }

  @Test
  void a_console_that_is_gone_costs_no_sample() throws IOException {
    K6Output alone = new K6Output(this::take, new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException("Broken pipe");
      }
    });
    alone.line("text\n".getBytes(StandardCharsets.UTF_8));
    alone.line(SAMPLE.getBytes(StandardCharsets.UTF_8));

    assertThat(taken).containsExactly(SAMPLE);
  }
}
