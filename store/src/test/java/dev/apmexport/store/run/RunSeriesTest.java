package dev.apmexport.store.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.store.WithStore;
import dev.apmexport.store.tenant.Tenant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class RunSeriesTest extends WithStore {
  private static final List<InputSeries> SERIES = List.of(
      new InputSeries(0, MetricType.COUNTER, "http_reqs", Labels.of("name", "line\nbreak\0", "status", "200")),
      new InputSeries(1, MetricType.TREND, "\"quoted\"", Labels.NONE),
      new InputSeries(2, MetricType.GAUGE, "http_req_duration_p99", Labels.of("name", "home"), "p99"));

  @Autowired
  private RunSeries series;

  @Test
  void series_come_back_as_they_were() {
    TestRun run = bareRun();
    series.put(run.id(), SERIES);

    assertThat(newest(run)).isEqualTo(SERIES);
    series.put(run.id(), SERIES.subList(0, 1));
    assertThat(newest(run)).hasSize(1);
  }

  @Test
  void the_newest_run_of_the_tenant_and_name_that_has_any_counts() {
    Tenant tenant = tenant();
    TestRun first = named(tenant, "checkout");
    TestRun second = named(tenant, "checkout");
    series.put(first.id(), SERIES);
    series.put(second.id(), SERIES.subList(0, 1));
    series.put(named(tenant, "other").id(), SERIES);
    series.put(named(tenant(), "checkout").id(), SERIES);
    series.put(named(tenant, "checkout").id(), List.of());

    assertThat(series.newest(tenant.id(), "checkout").orElseThrow().testRunId()).isEqualTo(second.id());
    assertThat(series.newest(tenant.id(), "unheard of")).isEmpty();
  }

  @Test
  void a_name_may_be_long_and_hold_anything() {
    Tenant tenant = tenant();
    String name = "a\0'\"" + "ü".repeat(10_000);
    series.put(named(tenant, name).id(), SERIES);

    assertThat(series.newest(tenant.id(), name)).isPresent();
  }

  @Test
  void series_go_when_the_log_of_their_run_goes() {
    TestRun old = bareRun();
    TestRun open = bareRun();
    series.put(old.id(), SERIES);
    series.put(open.id(), SERIES);
    jdbc.sql("update run_head set finished_at = now() - interval '8 days' where test_run_id = ?").param(old.id())
        .update();

    series.deleteOlderThan(Duration.ofDays(7));
    assertThat(series.newest(old.tenant(), old.name())).isEmpty();
    assertThat(series.newest(open.tenant(), open.name())).isPresent();
  }

  private TestRun named(Tenant tenant, String name) {
    return runs.create(tenant, name, null, options("[]")).run();
  }

  private List<InputSeries> newest(TestRun run) {
    List<InputSeries> read = new ArrayList<>();
    series.newest(run.tenant(), run.name()).orElseThrow().forEach(read::add);
    return read;
  }
}
