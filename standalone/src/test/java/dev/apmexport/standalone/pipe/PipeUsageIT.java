package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code ./run pipe} says where its settings or arguments are wrong; no secret among them is shown. */
class PipeUsageIT extends WithPipe {
  @Test
  void all_faults_of_the_settings_are_told_at_once_and_nothing_is_sent() throws Exception {
    PipeProcess.Ended ended = run(Map.of(URL, "ftp://canary:canary@host/", "K6_PROMETHEUS_MAPPING", "cooked",
        "K6_PROMETHEUS_FLUSH_PERIOD", "often", "K6_KEEP_TAGS", "perhaps", "K6_PROMETHEUS_USER", "foo"), new byte[0]);

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("Wrong: K6_PROMETHEUS_REMOTE_URL must be", "Wrong: K6_PROMETHEUS_MAPPING must be",
        "Wrong: K6_PROMETHEUS_FLUSH_PERIOD must be", "Wrong: K6_KEEP_TAGS must be true or false, got \"perhaps\"",
        "needs both").doesNotContain("canary");
  }

  @Test
  void an_argument_that_is_no_flag_is_not_shown_whole() throws Exception {
    PipeProcess.Ended ended = run(Map.of(), new byte[0], "K6_PROMETHEUS_PASSWORD=canary", "http://foo:canary@host/w",
        "--out");

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).doesNotContain("canary").contains("does not know \"K6_PROMETHEUS_PASSWORD=…\". Variables "
        + "stand before it", "does not know one of its arguments, which is not shown", "does not know \"--out\".");
  }
}
