package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunSeries;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class AfterTheRunTest extends WithWorker {
  @Test
  void the_input_series_of_a_run_are_kept_when_it_has_ended() {
    TestRun run = run(1);
    push(run, 5, 5);
    assertThat(kept(run)).isEmpty();
    finish(run);
    await("finished", () -> state(run).equals("finished"));

    assertThat(kept(run)).singleElement().satisfies(series -> {
      assertThat(series.name()).isEqualTo("http_reqs");
      assertThat(series.type()).isEqualTo(MetricType.COUNTER);
    });
  }

  @Test
  void the_series_of_a_run_that_is_exported_nowhere_are_kept_as_well() {
    TestRun run = run(0);
    push(run, 5, 5);
    finish(run);

    await("finished", () -> state(run).equals("finished"));
    assertThat(kept(run)).hasSize(1);
  }

  @Test
  void an_export_without_a_second_pass_is_done_when_all_is_sent() {
    TestRun run = run("{\"apm\":[" + block(",\"accuracy\":\"off\"") + "]}");
    push(run, 10, 10);
    finish(run);
    await("finished", () -> state(run).equals("finished"));

    assertThat(export(run).state()).isEqualTo("done");
    assertThat(accepted(run)).isGreaterThanOrEqualTo(10);
    push(run, 1, 9);
    assertThat(states().unreconciled()).doesNotContain(export(run).id());
    assertThat(states().latestReports(List.of(export(run).id()))).isEmpty();
  }

  @Test
  void of_two_blocks_with_one_destination_the_first_owns_a_series() {
    TestRun run = run("{\"apm\":[" + block("") + "," + block(",\"metrics\":[\"http_reqs\"]") + "]}");
    push(run, 10, 10);
    finish(run);
    await("finished", () -> state(run).equals("finished"));

    assertThat(accepted(run)).isGreaterThan(10);
    RunExport second = export(run, 1);
    assertThat(second.status().points().accepted()).isZero();
    assertThat(second.problems()).extracting(Problem::message)
        .anyMatch(message -> message.contains("writes series that apm[0] writes already"));
    assertThat(report(second).exact()).isTrue();
  }

  @Test
  void what_the_run_has_shown_about_a_block_is_among_its_problems() {
    TestRun run = run("{\"apm\":[" + block(",\"metrics\":[\"http_req\"]") + "]}");
    push(run, 5, 5);
    finish(run);
    await("finished", () -> state(run).equals("finished"));

    assertThat(export(run).problems()).anySatisfy(problem -> {
      assertThat(problem.path()).isEqualTo("apm[0].metrics[0]");
      assertThat(problem.message()).contains("matched nothing in this run", "did you mean \"http_reqs\"?");
    });
    assertThat(export(run).problems()).doesNotHaveDuplicates();
  }

  @Test
  void runs_that_write_the_same_series_at_the_same_time_are_not_called_exact() {
    Tenant tenant = worker.getBean(TenantRepository.class).save(new Tenant("t-" + UUID.randomUUID()));
    TestRun first = run(tenant);
    TestRun second = run(tenant);
    for (TestRun run : List.of(first, second)) {
      push(run, 5, 5);
      finish(run);
    }
    for (TestRun run : List.of(first, second)) {
      await("finished", () -> state(run).equals("finished"));
      assertThat(report(export(run)).exact()).isFalse();
      assertThat(report(export(run)).reason()).isEqualTo("shared series");
      assertThat(export(run).problems()).extracting(Problem::path).contains("apm[0].includeTestRunId");
    }
  }

  private TestRun run(Tenant tenant) {
    return worker.getBean(Runs.class).create(tenant, "run", null,
        JsonMapper.shared().readTree("{\"cloud\":{\"apm\":[" + block("") + "]}}")).run();
  }

  private String block(String more) {
    return "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"" + receiver.uri("/write") + "\",\"resampleRate\":1"
        + more
        + "}";
  }

  private ReconciliationReport report(RunExport export) {
    return states().latestReports(List.of(export.id())).get(export.id());
  }

  private List<InputSeries> kept(TestRun run) {
    List<InputSeries> kept = new ArrayList<>();
    worker.getBean(RunSeries.class).newest(run.tenant(), run.name()).ifPresent(series -> series.forEach(kept::add));
    return kept;
  }
}
