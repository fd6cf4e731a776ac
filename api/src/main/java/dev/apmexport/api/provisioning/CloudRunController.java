package dev.apmexport.api.provisioning;

import dev.apmexport.api.k6.CloudExecution;
import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.store.loadtest.LoadTests;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What {@code k6 cloud run} and {@code k6 cloud upload} since k6 2.0 call, which would have the script run here. Refused
 * with what to use instead, at the first call; bodies are not read, for k6 writes its user's token into them.
 */
@Tag(name = "k6's front door")
@RestController
@RequestMapping("/cloud/v6")
public class CloudRunController {
  private static final String NOT_RUN = "Scripts are not run here.";

  private final KnownLoadTests tests;
  private final Intake intake;

  public CloudRunController(LoadTests tests, Intake intake, DatabasePatience patience) {
    this.tests = new KnownLoadTests(tests, patience);
    this.intake = intake;
  }

  @Operation(summary = "Refuses to run a script, before k6 sends it.")
  @ApiResponse(responseCode = "422", description = NOT_RUN)
  @PostMapping("/validate_options")
  void validateOptions(Caller caller) {
    throw CloudExecution.refused();
  }

  @Operation(summary = "Refuses to keep a script that it is to run.")
  @ApiResponse(responseCode = "422", description = NOT_RUN)
  @PutMapping("/load_tests/{id}/script")
  void script(Caller caller, @PathVariable String id) {
    tests.find(caller.tenant(), id);
    throw CloudExecution.refused();
  }

  @Operation(summary = "Refuses to run a script.")
  @ApiResponse(responseCode = "422", description = NOT_RUN)
  @PostMapping("/load_tests/{id}/start")
  void start(Caller caller, @PathVariable String id) {
    tests.find(caller.tenant(), id);
    throw CloudExecution.refused();
  }

  @Operation(summary = "Refuses to stop a script that it does not run.")
  @ApiResponse(responseCode = "422", description = NOT_RUN)
  @PostMapping("/test_runs/{id}/abort")
  void abort(Caller caller, @PathVariable String id) {
    intake.find(caller, id);
    throw CloudExecution.refused();
  }
}
