package dev.apmexport.exporter.source.k6;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.source.InvalidPush;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.SnappyFramedOutputStream;

class SnappyBlockTest {
  private final SnappyBlock block = new SnappyBlock();

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 10_000_000, SnappyBlock.MAX_UNPACKED})
  void any_size_up_to_the_limit_is_unpacked(int size) throws InvalidPush {
    byte[] bytes = new byte[size];
    new Random(1).nextBytes(bytes);
    block.open(MetricSets.pack(bytes));
    assertThat(block.length()).isEqualTo(size);
    assertThat(Arrays.equals(block.bytes(), 0, size, bytes, 0, size)).isTrue();
  }

  @Test
  void a_body_that_unpacks_to_more_than_the_limit_is_refused_unread() {
    byte[] bomb = MetricSets.pack(new byte[SnappyBlock.MAX_UNPACKED + 1]);
    assertThatThrownBy(() -> block.open(bomb)).isInstanceOf(InvalidPush.class).hasMessageContaining("33554433 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ffffffff0f", "ffffffff07", "8080808008", "ffffffff7f", "ffffffffffffffffff01", "ffffff7f",
      "ff"})
  void a_length_that_is_claimed_and_not_there_is_refused(String claim) {
    byte[] claimed = HexFormat.of().parseHex(claim + "f0ff" + "00".repeat(300));
    assertThatThrownBy(() -> block.open(claimed)).isInstanceOf(InvalidPush.class);
    assertThatThrownBy(() -> block.open(HexFormat.of().parseHex(claim))).isInstanceOf(InvalidPush.class);
  }

  @Test
  void nothing_at_all_is_refused() {
    assertThatThrownBy(() -> block.open(new byte[0])).isInstanceOf(InvalidPush.class)
        .hasMessageContaining("not a snappy block");
  }

  @Test
  void the_framed_format_is_refused() throws IOException {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    try (SnappyFramedOutputStream out = new SnappyFramedOutputStream(framed)) {
      out.write(new MetricSets(3).bytes());
    }
    assertThatThrownBy(() -> block.open(framed.toByteArray())).isInstanceOf(InvalidPush.class);
  }

  @Test
  void text_is_refused() {
    assertThatThrownBy(() -> block.open("{\"type\":\"Point\"}".getBytes())).isInstanceOf(InvalidPush.class);
  }
}
