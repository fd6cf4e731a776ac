package dev.apmexport.api.runlog;

import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.OpenToRunTokens;
import dev.apmexport.api.security.Refused;
import dev.apmexport.api.security.TenantFilter;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.runlog.LogPush;
import dev.apmexport.store.runlog.RunLog;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.ExampleObject;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What the load generators of a run have logged. */
@Tag(name = "Logs", description = "What the load generators of a run have logged, without secrets.")
@RestController
public class RunLogController {
  /** k6 sends the lines of some seconds at a time. */
  static final int MAX_PUSH = 1 << 20;
  private static final String EXAMPLE = "{\"streams\": [{\"stream\": {\"level\": \"warning\", \"test_run_id\": \"100001\"}, "
      + "\"values\": [[\"1795208157646379241\", \"Request Failed\"]]}]}";

  private final Intake intake;
  private final RunLog log;
  private final DatabasePatience patience;

  public RunLogController(Intake intake, RunLog log, DatabasePatience patience) {
    this.intake = intake;
    this.log = log;
    this.patience = patience;
  }

  /**
   * A line.
   *
   * @param id its place in the order of arrival, as text since not every JSON reader keeps 64 bits
   * @param at by the load generator's clock
   * @param source what wrote it, for example {@code console}; null where that is not said
   */
  record Line(String id, Instant at, String level, @Nullable String source, String message) {
    static Line of(RunLog.Kept kept) {
      return new Line(Long.toString(kept.id()), Instant.ofEpochSecond(0, kept.line().atNanos()), kept.line().level(),
          kept.line().source(), kept.line().message());
    }
  }

  /**
   * Lines in the order of their times.
   *
   * @param dropped how many of the run's lines had to go because a run keeps the newest only
   */
  record Lines(List<Line> items, long dropped) {}

  @Operation(summary = "Takes log lines of a load generator, as Loki takes them.", requestBody = @io.swagger.v3.oas.annotations.parameters.RequestBody(description = "Loki's push in JSON, at most 1 MiB.", required = true, content = @Content(mediaType = MediaType.APPLICATION_JSON_VALUE, schema = @Schema(type = "object"), examples = @ExampleObject(EXAMPLE))))
  @ApiResponse(responseCode = "204", description = "The lines are stored, without what is secret in them.")
  @ApiResponse(responseCode = "409", description = "The test run was finished before.")
  @OpenToRunTokens
  @PostMapping(path = "/provisioning/v1/test_runs/{id}/logs", consumes = MediaType.APPLICATION_JSON_VALUE)
  ResponseEntity<Void> push(Caller caller, @PathVariable String id, InputStream body,
      @Parameter(hidden = true) HttpServletRequest request,
      @Parameter(hidden = true) @RequestHeader(name = HttpHeaders.CONTENT_ENCODING, required = false) @Nullable String encoding)
      throws IOException {
    TestRun run = intake.find(caller, id);
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw new Refused(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
          "Log lines are taken as plain JSON only; the Content-Encoding "
              + "given would have to be undone.");
    }
    byte[] json = body.readNBytes(MAX_PUSH + 1);
    if (json.length > MAX_PUSH) {
      throw new Refused(HttpStatus.CONTENT_TOO_LARGE,
          "The body is larger than " + MAX_PUSH + " bytes; send fewer lines in one push.");
    }
    LogPush push = LokiPush.read(json);
    Set<String> tokens = Set.of(Objects.requireNonNull(TenantFilter.sent(request)));
    Optional<Instant> closed = patience.call(json.length, () -> log.append(run, push, tokens));
    closed.ifPresent(at -> {
      throw new Refused(HttpStatus.CONFLICT, "Test run " + id + " was finished at " + at + "; log lines are taken for "
          + MetricLog.GRACE.toSeconds() + " s after that.");
    });
    return ResponseEntity.noContent().build();
  }

  @Operation(summary = "Shows the newest log lines of a run's load generators.")
  @GetMapping("/api/v1/test-runs/{id}/logs")
  Lines show(Caller caller, @PathVariable String id,
      @Parameter(description = "Only lines that arrived after the one of this id.") @RequestParam(required = false) @Nullable Long after,
      @RequestParam(defaultValue = "" + RunLog.MOST_LINES) int limit) {
    TestRun run = intake.find(caller, id);
    RunLog.Excerpt excerpt = patience.call(0,
        () -> log.read(run.id(), after, Math.clamp(limit, 1, RunLog.MOST_LINES)));
    return new Lines(excerpt.lines().stream().map(Line::of).toList(), excerpt.dropped());
  }
}
