package dev.apmexport.api.k6;

import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What {@code k6 cloud run} and {@code k6 cloud upload} call up to k6 1.8, which would have the script run here. Refused
 * with what to use instead, at the first call; bodies are not read, for k6 writes its user's token into them.
 */
@Tag(name = "k6's front door")
@RestController
public class LegacyCloudRunController {
  private static final String NOT_RUN = "Scripts are not run here.";

  private final Intake intake;

  public LegacyCloudRunController(Intake intake) {
    this.intake = intake;
  }

  @Operation(summary = "Refuses to run a script, before k6 sends it.")
  @ApiResponse(responseCode = "422", description = NOT_RUN)
  @PostMapping("/v1/validate-options")
  void validateOptions(Caller caller) {
    throw CloudExecution.refused();
  }

  @Operation(summary = "Refuses to run a script.")
  @ApiResponse(responseCode = "422", description = NOT_RUN)
  @PostMapping("/v1/archive-upload")
  void archiveUpload(Caller caller) {
    throw CloudExecution.refused();
  }

  @Operation(summary = "Refuses to tell how far a script is that it does not run.")
  @ApiResponse(responseCode = "422", description = NOT_RUN)
  @GetMapping("/v1/test-progress/{id}")
  void testProgress(Caller caller, @PathVariable String id) {
    intake.find(caller, id);
    throw CloudExecution.refused();
  }

  @Operation(summary = "Refuses to stop a script that it does not run.")
  @ApiResponse(responseCode = "422", description = NOT_RUN)
  @PostMapping("/v1/tests/{id}/stop")
  void stop(Caller caller, @PathVariable String id) {
    intake.find(caller, id);
    throw CloudExecution.refused();
  }
}
