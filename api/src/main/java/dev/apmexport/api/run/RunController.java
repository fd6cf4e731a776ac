package dev.apmexport.api.run;

import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.OpenToRunTokens;
import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.log.RunTraffic;
import dev.apmexport.store.profile.Profile;
import dev.apmexport.store.profile.Profiles;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.RunExportRepository;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import dev.apmexport.store.threshold.RunThresholds;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Test runs over REST. */
@Tag(name = "Test runs", description = "Test runs over REST, for any source of samples.")
@RestController
@RequestMapping("/api/v1/test-runs")
public class RunController {
  private static final int MAX_PAGE = 200;

  private final Runs runs;
  private final Profiles profiles;
  private final TestRunRepository found;
  private final RunExportRepository exports;
  private final RunStates states;
  private final RunTraffic traffic;
  private final RunThresholds thresholds;
  private final TenantRepository tenants;
  private final Intake intake;
  private final DatabasePatience patience;

  public RunController(Runs runs, Profiles profiles, TestRunRepository found, RunExportRepository exports,
      RunStates states, RunTraffic traffic, RunThresholds thresholds, TenantRepository tenants, Intake intake,
      DatabasePatience patience) {
    this.runs = runs;
    this.profiles = profiles;
    this.found = found;
    this.exports = exports;
    this.states = states;
    this.traffic = traffic;
    this.thresholds = thresholds;
    this.tenants = tenants;
    this.intake = intake;
    this.patience = patience;
  }

  /** A page of runs, the newest first; {@code next} is what to ask for with {@code before}, or null at the end. */
  record Page(List<RunView> items, @Nullable String next) {}

  @Operation(summary = "Makes a test run.")
  @ApiResponse(responseCode = "201", description = "The test run was made.", useReturnTypeSchema = true)
  @PostMapping
  ResponseEntity<RunView> create(Caller caller, @RequestBody @Schema(implementation = NewRun.class) JsonNode body,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
    if (!body.isObject() || !body.path("name").isString() || body.path("name").asString().isBlank()) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          "The body must be a JSON object {\"name\": …, \"options\": {…}} with a name.");
    }
    if (body.has("options") && !body.path("options").isObject()) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          "options must be an object: the script's options, as \"k6 inspect\" prints them.");
    }
    if (body.has("apm") || body.path("options").has("apm")) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          "apm stands within options.cloud: {\"name\": …, \"options\": {\"cloud\": {\"apm\": [{…}]}}}.");
    }
    Intake.checked(key);
    String profile = profile(caller, body.path("profile"));
    Integer generators = generators(body.path("generators"));
    Runs.Created created = patience.call(0, () -> {
      Tenant tenant = tenants.findById(caller.tenant().value()).orElseThrow();
      return runs.create(tenant, body.path("name").asString(), key, body.path("options"), profile,
          generators);
    });
    return ResponseEntity.created(URI.create("/api/v1/test-runs/" + created.run().id()))
        .body(RunView.of(created.run(), created.exports(), Map.of(), null, thresholds(created.run()))
            .with(List.of()));
  }

  private static @Nullable Integer generators(JsonNode said) {
    if (said.isMissingNode() || said.isNull()) { return null; }
    if (!said.isIntegralNumber() || !said.canConvertToInt() || said.asInt() < 1
        || said.asInt() > MetricLog.MAX_GENERATORS) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          "generators must be a whole number from 1 to " + MetricLog.MAX_GENERATORS
              + ", how many load generators will push to this run; leave it out if you do not know.");
    }
    return said.asInt();
  }

  /** A profile that is asked for must be there, whether or not the options have blocks of their own. */
  private @Nullable String profile(Caller caller, JsonNode asked) {
    if (asked.isMissingNode() || asked.isNull()) { return null; }
    String name = asked.asString("");
    return patience.call(0, () -> profiles.find(caller.tenant(), name)).map(Profile::name)
        .orElseThrow(() -> new Refused(HttpStatus.BAD_REQUEST, "There is no profile " + asked + "; make it with PUT "
            + "/api/v1/apm-profiles/<name> before, or leave \"profile\" out."));
  }

  @Operation(summary = "Lists the tenant's test runs, the newest first.")
  @GetMapping
  Page list(Caller caller, @RequestParam(defaultValue = "50") int limit,
      @RequestParam(required = false) @Nullable Long before) {
    int size = Math.clamp(limit, 1, MAX_PAGE);
    return patience.call(0, () -> {
      List<TestRun> page = found.page(caller.tenant().value(), before == null ? Long.MAX_VALUE : before,
          Limit.of(size + 1));
      List<TestRun> shown = page.subList(0, Math.min(size, page.size()));
      String next = page.size() > size ? Long.toString(shown.getLast().id()) : null;
      return new Page(views(shown), next);
    });
  }

  @Operation(summary = "Shows a test run, its exports and what was delivered.")
  @GetMapping("/{id}")
  RunView show(Caller caller, @PathVariable String id) {
    TestRun run = intake.find(caller, id);
    return patience.call(0, () -> views(List.of(run)).getFirst().with(traffic.generators(run.id())));
  }

  private List<ThresholdResult> thresholds(TestRun run) {
    return patience.call(0, () -> thresholds.of(List.of(run.id()))).getOrDefault(run.id(), List.of());
  }

  private List<RunView> views(List<TestRun> page) {
    Map<Long, List<RunExport>> byRun = exports.findByTestRunIdInOrderByIndex(page.stream().map(TestRun::id).toList())
        .stream().collect(Collectors.groupingBy(RunExport::testRunId));
    Map<Long, ReconciliationReport> reports = states
        .latestReports(byRun.values().stream().flatMap(List::stream).map(RunExport::id).toList());
    List<Long> ids = page.stream().map(TestRun::id).toList();
    Map<Long, RunTraffic.Stop> stops = traffic.stops(ids);
    Map<Long, List<ThresholdResult>> results = thresholds.of(ids);
    return page.stream()
        .map(run -> RunView.of(run, byRun.getOrDefault(run.id(), List.of()), reports, stops.get(run.id()),
            results.getOrDefault(run.id(), List.of())))
        .toList();
  }

  /** One MetricSet of k6's, as a snappy block. */
  @TakesPush
  @ApiResponse(responseCode = "204", description = "The push is stored.")
  @OpenToRunTokens
  @PostMapping("/{id}/metrics")
  ResponseEntity<Void> metrics(Caller caller, @PathVariable String id, InputStream body,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
      @RequestHeader(name = "K6-Idempotency-Key", required = false) @Nullable String k6Key) throws IOException {
    intake.push(intake.find(caller, id), caller.instance(), key == null ? k6Key : key, body);
    return ResponseEntity.noContent().build();
  }

  /** k6's JSON lines ({@code -o json}), plain or gzip, of any length. */
  @Operation(summary = "Takes k6's JSON lines for a test run.", requestBody = @io.swagger.v3.oas.annotations.parameters.RequestBody(description = "The output of \"k6 run -o json\", plain or gzip, of any length.", required = true, content = @Content(mediaType = "application/x-ndjson", schema = @Schema(type = "string", format = "binary"))))
  @ApiResponse(responseCode = "200", description = "All lines are stored.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "400", description = "A line cannot be read; the linesKept before it are stored.")
  @ApiResponse(responseCode = "403", description = "The test run was stopped; the linesKept before are stored.")
  @ApiResponse(responseCode = "409", description = "The test run was finished before.")
  @OpenToRunTokens
  @PostMapping("/{id}/samples")
  SamplesUpload.Stored samples(Caller caller, @PathVariable String id, InputStream body,
      @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
    return new SamplesUpload(intake, intake.find(caller, id), caller.instance(), Intake.checked(key)).take(body);
  }

  /** Says that no more data will come; the second pass begins. */
  @Operation(summary = "Finishes a test run, after which no more data is taken.")
  @PostMapping("/{id}/finish")
  RunView finish(Caller caller, @PathVariable String id,
      @RequestBody(required = false) @Schema(type = "object", example = "{\"result_status\": 0}") @Nullable JsonNode outcome) {
    TestRun run = intake.find(caller, id);
    intake.finish(run, RunOutcome.kept(outcome));
    return show(caller, id);
  }
}
