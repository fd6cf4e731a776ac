package dev.apmexport.api.remotewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import dev.apmexport.exporter.source.remotewrite.WriteRequests.Sample;
import org.junit.jupiter.api.Test;

class PushCheckTest {
  private static final long NOW = 1_700_000_000_000L;

  @Test
  void a_request_tells_of_no_more_series_than_the_memory_of_a_check_may_take() {
    WriteRequests push = new WriteRequests();
    for (int i = 0; i < 100_002; i++) {
      push.series(new String[]{"__a", Integer.toString(i), "__name__", "k6_orders"}, new Sample(1, NOW));
    }
    PushCheck check = PushCheck.of(push.packed(), NOW);
    assertThat(check.hasGood()).isTrue();
    assertThatThrownBy(check::refuseBad).isInstanceOf(Refused.class)
        .hasMessageContaining("2 of 100002 samples are refused").hasMessageContaining("limit of input series");
  }

  @Test
  void a_ratio_without_its_requests_in_the_same_push_is_refused_here_as_by_those_who_read_the_log() {
    PushCheck check = PushCheck.of(new WriteRequests().sample("k6_http_req_failed_rate", 0.5, NOW).packed(), NOW);
    assertThat(check.hasGood()).isFalse();
    assertThatThrownBy(check::refuseBad).hasMessageContaining("in the same push");
  }
}
