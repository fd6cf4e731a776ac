package dev.apmexport.api.remotewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may push to a run, and in which ways a sender may show its token. */
class PushTokenTest extends WithRemoteWrite {
  @Test
  void another_tenants_run_is_not_found() {
    String run = newRun();
    token = newToken();
    assertThat(write(path(run), good().packed()).status()).isEqualTo(404);
    assertThat(write(WRITE, good().packed(), "X-Test-Run-Id", run).status()).isEqualTo(404);
    assertThat(records(run)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"Bearer,", "Token,", "Basic,me:", "basic,:"})
  void a_token_may_come_in_every_way_that_senders_know(String scheme, String before) {
    String run = newRun();
    String good = token;
    token = "";
    assertThat(write(path(run), good().packed(), "Authorization", scheme + " " + credentials(before, good)).status())
        .isEqualTo(204);
    Answer answer = write(path(run), good().packed(), "Authorization", scheme + " " + credentials(before, "wrong"));
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.text()).doesNotContain("wrong");
  }

  private static String credentials(String before, String token) {
    return before == null ? token
        : Base64.getEncoder().encodeToString((before + token).getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic !!!", "Basic bm9jb2xvbg==", "Basic ", "Digest x"})
  void what_is_no_token_is_unauthorized(String header) {
    String run = newRun();
    token = "";
    assertThat(write(path(run), good().packed(), "Authorization", header).status()).isEqualTo(401);
  }

  @Test
  void a_password_is_a_token_for_senders_of_remote_write_only() {
    String basic = "Basic " + credentials("me:", token);
    token = "";
    assertThat(send(request("/api/v1/test-runs").header("Authorization", basic).GET()).status()).isEqualTo(401);
  }
}
