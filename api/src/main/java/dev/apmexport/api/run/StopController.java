package dev.apmexport.api.run;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.api.security.TenantOrOperator;
import dev.apmexport.api.tenant.Fields;
import dev.apmexport.store.audit.AuditLog;
import dev.apmexport.store.log.RunTraffic;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.TenantWall;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Stopping a run from here: its tenant may, and an operator, who acts behind that tenant's wall. */
@Tag(name = "Test runs")
@RestController
public class StopController {
  private static final String REASON = "reason";
  private static final int MAX_REASON = 500;
  /** k6's run_status of a run that was aborted by the system. */
  private static final int SYSTEM_ABORT = 6;

  private final TestRunRepository runs;
  private final Intake intake;
  private final RunTraffic traffic;
  private final AuditLog audit;
  private final DatabasePatience patience;

  public StopController(TestRunRepository runs, Intake intake, RunTraffic traffic, AuditLog audit,
      DatabasePatience patience) {
    this.runs = runs;
    this.intake = intake;
    this.traffic = traffic;
    this.audit = audit;
    this.patience = patience;
  }

  /** What is said of a run that is stopped. */
  record StoppedView(String id, RunTraffic.Stop stopped) {}

  /** Describes what may be sent to stop a run. */
  @Schema(example = "{\"reason\": \"It hits the wrong environment.\"}")
  record NewStop(
      @Schema(description = "Why, for whoever reads k6's console: up to 500 characters.") @Nullable String reason) {}

  @Operation(summary = "Stops a test run at once and for good.", description = "Every further push is answered 403 with k6's code "
      + "4, at which k6 stops sending, and aborts the test where its stopOnError is set. A k6 from 2.2 on that was started "
      + "with \"k6 cloud run --local-execution\" does not heed it and goes on; what it pushes is refused. What came before is "
      + "exported, and gone over again, as for any run. Every stop stands in the audit log.")
  @ApiResponse(responseCode = "200", description = "The run is stopped, now or since before.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "404", description = "There is no such test run for this token.")
  @ApiResponse(responseCode = "409", description = "The run was finished before.")
  @PostMapping("/api/v1/test-runs/{id}/stop")
  StoppedView stop(TenantOrOperator caller, @PathVariable String id,
      @RequestBody(required = false) @Schema(implementation = NewStop.class) @Nullable JsonNode body) {
    TestRun run = found(caller, id);
    String by = caller.tenant() == null ? "operator" : "tenant";
    String reason = reason(body, by);
    return TenantWall.within(run.tenant(), () -> {
      intake.stop(run, new Intake.Stop(by, SYSTEM_ABORT, reason),
          () -> audit.add(caller.act(), run.tenant(), "run.stop", "test run " + run.id() + ": " + reason));
      RunTraffic.Stop stopped = patience.call(0, () -> traffic.stops(List.of(run.id()))).get(run.id());
      if (stopped == null) {
        throw new Refused(HttpStatus.CONFLICT,
            "Test run " + run.id() + " was finished before, so there is nothing to stop.");
      }
      return new StoppedView(Long.toString(run.id()), stopped);
    });
  }

  private TestRun found(TenantOrOperator caller, String id) {
    return patience.call(0, () -> runs.findById(Intake.number(id))).filter(run -> caller.maySee(run.tenant()))
        .orElseThrow(() -> Refused.notFound("There is no test run " + id + "."));
  }

  private static String reason(@Nullable JsonNode body, String by) {
    String reason = null;
    if (body != null) {
      Fields fields = new Fields(body, List.of(REASON));
      reason = fields.text(REASON, MAX_REASON);
      fields.check();
    }
    return reason != null ? reason
        : by.equals("operator") ? "An operator of the service stopped it." : "Its tenant stopped it.";
  }
}
