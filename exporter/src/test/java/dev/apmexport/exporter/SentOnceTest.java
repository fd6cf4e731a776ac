package dev.apmexport.exporter;

import static dev.apmexport.exporter.PlayedRun.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.WriteResult;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An export that no later pass goes over: what it does not get through now is lost. */
class SentOnceTest extends ExporterFixture {
  private static final Series FIRST = new Series("k6_http_reqs", Labels.of("url", "/0"));

  private void open() {
    entries = List.of(entry("http_reqs", null, "url"));
    Export export = new Export(7, new ExportConfig("prometheus", 1, false, null, entries, Labels.NONE, false, slow),
        ledgers.get(0));
    exporter = new Exporter(settings, List.of(export), feed,
        new Exporter.Means(http, RetryPolicy.standard(), time, time.threads()));
  }

  private void end() throws InterruptedException {
    feed.finish(time.millis());
    advance();
    drain(7);
  }

  @Test
  void a_series_that_is_refused_for_some_seconds_goes_on_after_them() throws InterruptedException {
    slow.rule(batch -> time.millis() >= (START + 20) * 1000 && time.millis() < (START + 40) * 1000
        && Arrays.asList(batch.series()).contains(FIRST) ? new WriteResult.Invalid("bad") : new WriteResult.Accepted());
    open();
    load(0, 120, 3);
    end();
    assertThat(exporter.status(7).points().rejected()).isBetween(15L, 25L);
    assertThat(slow.points().get(FIRST).lastKey()).isGreaterThanOrEqualTo((START + 119) * 1000);
    assertThat(slow.points().get(FIRST)).hasSizeGreaterThan(95);
  }

  @Test
  void nor_does_a_new_worker_leave_it_out() throws InterruptedException {
    slow.rule(batch -> time.millis() < (START + 20) * 1000 && Arrays.asList(batch.series()).contains(FIRST)
        ? new WriteResult.Invalid("bad") : new WriteResult.Accepted());
    open();
    load(0, 40, 3);
    exporter.close();
    time.until(time::isQuiet);
    ledgers.set(0, ledgers.get(0).takeOver());
    open();
    load(40, 80, 3);
    end();
    assertThat(slow.points().get(FIRST)).hasSizeBetween(58, 66);
    assertThat(exporter.status(7).points().rejected()).isBetween(15L, 22L);
  }

  @Test
  void a_series_that_the_destination_fails_for_holds_the_others_up_for_some_minutes_at_most()
      throws InterruptedException {
    slow.rule(batch -> time.millis() >= (START + 20) * 1000 && time.millis() < (START + 200) * 1000
        && Arrays.asList(batch.series()).contains(FIRST)
            ? new WriteResult.RetryLater(WriteResult.Cause.FAILED, "bad", java.time.Duration.ZERO)
            : new WriteResult.Accepted());
    open();
    load(0, 900, 3);
    assertThat(exporter.status(7).lagSeconds()).isLessThan(10);
    end();
    assertThat(slow.points().get(FIRST)).as("left out for some minutes, then tried again").hasSizeBetween(590, 620);
    assertThat(slow.points().get(FIRST).lastKey()).isGreaterThanOrEqualTo((START + 899) * 1000);
    assertThat(exporter.status(7).points().pending()).isZero();
  }
}
