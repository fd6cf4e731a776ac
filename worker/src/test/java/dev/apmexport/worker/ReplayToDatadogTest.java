package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.datadog.FakeDatadog;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayRequest;
import dev.apmexport.store.replay.ReplayRequest.Mode;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.TestRun;
import java.time.InstantSource;
import java.util.Map;
import java.util.NavigableMap;
import org.junit.jupiter.api.Test;

/** From a Prometheus to Datadog's strict intake: another kind of destination than the run's own. */
class ReplayToDatadogTest extends WithReplays {
  @Test
  void a_whole_run_comes_to_datadog_and_a_second_time_changes_nothing() {
    TestRun run = ended(receiver.uri("/write"), "");
    try (FakeDatadog datadog = new FakeDatadog(InstantSource.system())) {
      ReplayPart part = over(toDatadog(run, datadog));

      assertThat(part.state()).as(part.toString()).isEqualTo(ReplayPart.State.DONE);
      assertThat(part.report().exact()).isTrue();
      assertThat(datadog.content()).hasSize(1);
      Map<String, NavigableMap<Long, Double>> held = datadog.content();
      NavigableMap<Long, Double> counts = held.values().iterator().next();
      assertThat(counts).hasSize(BUCKETS);
      assertThat(counts.values()).allMatch(count -> count == 5.0);
      assertThat(counts.lastKey() - counts.firstKey()).isEqualTo(BUCKETS - 1);

      assertThat(over(toDatadog(run, datadog)).report().exact()).isTrue();
      assertThat(datadog.content()).isEqualTo(held);
      assertThat(datadog.dropped()).isZero();
      assertThat(datadog.violations()).isEmpty();
    }
  }

  private RunReplay toDatadog(TestRun run, FakeDatadog datadog) {
    return ask(run, new ReplayRequest(Mode.EVERYTHING, null, null, null, node("{\"provider\":\"datadog\",\"apiURL\":\""
        + datadog.uri() + "\",\"apiKey\":\"" + FakeDatadog.KEY + "\"}"), false));
  }
}
