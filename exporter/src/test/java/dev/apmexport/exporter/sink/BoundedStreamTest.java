package dev.apmexport.exporter.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BoundedStreamTest {
  private static InputStream stream(long most, Duration patience) {
    return new BoundedStream(new ByteArrayInputStream(new byte[]{1, 2, -3}), most, patience);
  }

  @Test
  void what_is_short_is_read_to_its_end() throws IOException {
    assertThat(stream(3, Duration.ofHours(1)).readAllBytes()).containsExactly(1, 2, -3);
    InputStream one = stream(3, Duration.ofHours(1));
    assertThat(new int[]{one.read(), one.read(), one.read(), one.read()}).containsExactly(1, 2, 253, -1);
  }

  @Test
  void a_byte_too_much_is_an_error() {
    assertThatThrownBy(() -> stream(2, Duration.ofHours(1)).readAllBytes()).isInstanceOf(BoundedStream.TooLong.class);
  }

  @Test
  void what_takes_too_long_is_an_error() {
    assertThatThrownBy(() -> stream(3, Duration.ofNanos(-1)).readAllBytes())
        .isInstanceOf(SocketTimeoutException.class);
  }
}
