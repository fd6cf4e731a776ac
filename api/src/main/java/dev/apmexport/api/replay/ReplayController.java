package dev.apmexport.api.replay;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.api.security.TenantLimit;
import dev.apmexport.api.security.TenantOrOperator;
import dev.apmexport.api.tenant.Page;
import dev.apmexport.store.replay.ReplayRefused;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.TenantRepository;
import dev.apmexport.store.tenant.TenantWall;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Replays. A tenant sees its own; an operator sees all, and acts behind the wall of the tenant whose run it is. */
@Tag(name = "Replays", description = "Sending the points of an ended run once more: a tenant's own runs, for operators all.")
@RestController
@RequestMapping("/api/v1/replays")
public class ReplayController {
  private final Replays replays;
  private final TestRunRepository runs;
  private final TenantRepository tenants;
  private final TenantLimit limit;
  private final DatabasePatience patience;

  public ReplayController(Replays replays, TestRunRepository runs, TenantRepository tenants, TenantLimit replayLimit,
      DatabasePatience patience) {
    this.replays = replays;
    this.runs = runs;
    this.tenants = tenants;
    this.limit = replayLimit;
    this.patience = patience;
  }

  @Operation(summary = "Replays an ended run, or tells what that would send.", description = "10 replays a minute may be asked "
      + "for, and a tenant may have two at a time. Every one stands in the audit log.")
  @ApiResponse(responseCode = "202", description = "The replay is queued.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "404", description = "There is no such test run for this token.")
  @ApiResponse(responseCode = "409", description = "The run or its exports are not over, or another replay is not.")
  @ApiResponse(responseCode = "410", description = "The run's log is no longer kept.")
  @ApiResponse(responseCode = "422", description = "The destination's block has an error, or the request does not fit the run.")
  @ApiResponse(responseCode = "429", description = "Too many replays in a minute; Retry-After says how long to wait.")
  @PostMapping
  ResponseEntity<ReplayView> create(TenantOrOperator caller,
      @RequestBody @Schema(implementation = NewReplay.class) JsonNode body) {
    NewReplay.Asked asked = NewReplay.read(body);
    TestRun run = patience.call(0, () -> runs.findById(asked.testRunId())).filter(one -> caller.maySee(one.tenant()))
        .orElseThrow(() -> Refused.notFound("There is no test run " + asked.testRunId() + "."));
    limit.take(run.tenant());
    RunReplay made = TenantWall.within(run.tenant(), () -> made(run, asked, caller));
    return ResponseEntity.accepted().location(URI.create("/api/v1/replays/" + made.id())).body(ReplayView.of(made));
  }

  private RunReplay made(TestRun run, NewReplay.Asked asked, TenantOrOperator caller) {
    try {
      return patience.call(0, () -> replays.create(tenants.findById(run.tenant().value()).orElseThrow(), run,
          asked.request(), caller.act()));
    } catch (ReplayRefused e) {
      throw new Refused(switch (e.reason()) {
        case WRONG -> HttpStatus.UNPROCESSABLE_CONTENT;
        case NOT_NOW -> HttpStatus.CONFLICT;
        case GONE -> HttpStatus.GONE;
      }, String.valueOf(e.getMessage()), e.problems().isEmpty() ? Map.of() : Map.of("problems", e.problems()));
    }
  }

  @Operation(summary = "Lists replays, the newest first, without their reports.")
  @GetMapping
  Page<ReplayView> list(TenantOrOperator caller, @RequestParam(required = false) @Nullable Long testRunId,
      @RequestParam(name = "limit", defaultValue = "50") int size,
      @RequestParam(required = false) @Nullable Long before) {
    return patience.call(0, () -> Page.of(replays.page(caller.tenant(), testRunId,
        before == null ? Long.MAX_VALUE : before, Page.limit(size).max()), size,
        replay -> ReplayView.of(replay).withoutReports(), RunReplay::id));
  }

  @Operation(summary = "Shows a replay and how far it is.")
  @GetMapping("/{id}")
  ReplayView show(TenantOrOperator caller, @PathVariable long id) {
    return ReplayView.of(found(caller, id));
  }

  /** What was sent stays booked. */
  @Operation(summary = "Cancels a replay.", description = "It stops within seconds; what was sent by then stays sent. What is over "
      + "stays as it is.")
  @ApiResponse(responseCode = "202", description = "It is asked to stop, or is over.", useReturnTypeSchema = true)
  @PostMapping("/{id}/cancel")
  @ResponseStatus(HttpStatus.ACCEPTED)
  ReplayView cancel(TenantOrOperator caller, @PathVariable long id) {
    RunReplay replay = found(caller, id);
    return ReplayView.of(TenantWall.within(replay.tenant(),
        () -> patience.call(0, () -> replays.cancel(replay, caller.act()))));
  }

  private RunReplay found(TenantOrOperator caller, long id) {
    return patience.call(0, () -> replays.find(id)).filter(replay -> caller.maySee(replay.tenant()))
        .orElseThrow(() -> Refused.notFound("There is no replay " + id + "."));
  }
}
