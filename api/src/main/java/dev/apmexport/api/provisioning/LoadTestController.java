package dev.apmexport.api.provisioning;

import dev.apmexport.api.archive.UploadForm;
import dev.apmexport.api.k6.CloudExecution;
import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.loadtest.LoadTest;
import dev.apmexport.store.loadtest.LoadTests;
import dev.apmexport.store.loadtest.LocalExecutions;
import dev.apmexport.store.loadtest.LocalExecutions.LocalExecution;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** What k6 since 2.2 asks of the v6 protocol: a load test by its name, and whether a run may begin. */
@Tag(name = "k6's front door")
@RestController
@RequestMapping("/cloud/v6")
public class LoadTestController {
  private static final int MOST = 1_000;

  private final LoadTests tests;
  private final LocalExecutions executions;
  private final RunStates states;
  private final Intake intake;
  private final DatabasePatience patience;

  public LoadTestController(LoadTests tests, LocalExecutions executions, RunStates states, Intake intake,
      DatabasePatience patience) {
    this.tests = tests;
    this.executions = executions;
    this.states = states;
    this.intake = intake;
    this.patience = patience;
  }

  @Operation(summary = "Makes a load test, or finds the one of that name in the project.", requestBody = @RequestBody(required = true, content = @Content(mediaType = MediaType.MULTIPART_FORM_DATA_VALUE, schema = @Schema(implementation = NewLoadTest.class))))
  @ApiResponse(responseCode = "201", description = "The load test is there.", useReturnTypeSchema = true)
  @PostMapping(path = "/projects/{project}/load_tests", consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  LoadTestView create(Caller caller, @PathVariable long project, HttpServletRequest request) {
    String name = UploadForm.read(request, "script", _ -> {
      throw CloudExecution.refused();
    }).text("name");
    if (name == null || name.isBlank()) {
      throw new Refused(HttpStatus.BAD_REQUEST, "The form must have a part \"name\": what the load test is called.");
    }
    return LoadTestView.of(patience.call(0, () -> tests.named(caller.tenant(), project, name)));
  }

  /** Describes the form. */
  record NewLoadTest(@Schema(requiredMode = Schema.RequiredMode.REQUIRED, example = "checkout") String name) {}

  @Operation(summary = "Lists the load tests of a project, the newest first, or the one of a name.")
  @GetMapping("/projects/{project}/load_tests")
  LoadTestView.Page list(Caller caller, @PathVariable long project,
      @RequestParam(name = "$top", defaultValue = "100") int top,
      @RequestParam(required = false) @Nullable String name) {
    List<LoadTest> found = patience.call(0,
        () -> name == null ? tests.list(caller.tenant(), project, Math.clamp(top, 0, MOST))
            : tests.find(caller.tenant(), project, name).stream().toList());
    return new LoadTestView.Page(found.stream().map(LoadTestView::of).toList());
  }

  @Operation(summary = "Says whether k6 may begin with a test run.")
  @GetMapping("/test_runs/{id}")
  TestRunView show(Caller caller, @PathVariable String id) {
    TestRun run = intake.find(caller, id);
    return patience.call(0, () -> TestRunView.of(run,
        executions.of(run.id()).orElse(new LocalExecution(0, 0, 0, 0)), states.finishedAt(run.id()).orElse(null)));
  }
}
