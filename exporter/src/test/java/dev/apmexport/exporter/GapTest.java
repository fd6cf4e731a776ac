package dev.apmexport.exporter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.source.k6.MetricSets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buckets with hours between them: every window of the gap repeats what is live, and none of it may pile up. */
@Timeout(300)
class GapTest {
  private static final int SERIES = 300;
  private static final int HOURS = 3;
  private static final int WINDOWS = HOURS * 360;
  private static final long MOST_WAITING = 200_000 + 16L * SERIES;

  @Test
  void hours_without_a_bucket_are_filled_as_fast_as_the_destination_takes_them() throws InterruptedException {
    try (BlockRun run = new BlockRun("""
        {'resampleRate': 10, 'includeDefaultMetrics': false,
         'metrics': [{'sourceMetric': 'queue_length', 'keepTags': ['queue']}]}""")) {
      run.push(12, gauges(0));
      run.read(HOURS * 3_600 + 12, gauges(HOURS * 3_600));
      assertThat(run.status(0).state()).isEqualTo(ExportStatus.State.BEHIND);
      assertThat(run.status(0).points().pending()).isBetween(1L, MOST_WAITING);
      run.finish();
      assertThat(run.prometheus.points()).isEqualTo((WINDOWS + 1L) * SERIES);
      ReconciliationReport report = run.secondPass(0, 1);
      assertThat(report.exact()).as("%s", report).isTrue();
      assertThat(report.asExpected()).isEqualTo((WINDOWS + 1L) * SERIES);
    }
  }

  private static MetricSets gauges(int second) {
    MetricSets push = new MetricSets(1);
    for (int i = 0; i < SERIES; i++) {
      push.gauge("queue_length", Labels.of("queue", "q" + i), BlockRun.START + second, i);
    }
    return push;
  }
}
