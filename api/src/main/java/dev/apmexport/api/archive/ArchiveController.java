package dev.apmexport.api.archive;

import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.run.TestRun;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The copies of script archives that are kept. */
@Tag(name = "Test runs")
@RestController
public class ArchiveController {
  private final ScriptArchives archives;
  private final Intake intake;

  public ArchiveController(ScriptArchives archives, Intake intake) {
    this.archives = archives;
    this.intake = intake;
  }

  @Operation(summary = "Gives the script archive of a test run, with its secrets masked.")
  @ApiResponse(responseCode = "200", description = "The archive, a tar as \"k6 archive\" makes it.", content = @Content(mediaType = "application/x-tar", schema = @Schema(type = "string", format = "binary")))
  @ApiResponse(responseCode = "404", description = "There is no such test run, or no archive of it is kept.")
  @GetMapping("/api/v1/test-runs/{id}/archive")
  ResponseEntity<Resource> archive(Caller caller, @PathVariable String id) {
    TestRun run = intake.find(caller, id);
    Resource archive = archives.of(run).<Resource>map(InputStreamResource::new)
        .orElseThrow(() -> Refused.notFound("No script archive is kept of test run " + id
            + ": none was sent, or the service was started without APM_ARCHIVE_KEEP=true, or its time was over."));
    return ResponseEntity.ok().header(HttpHeaders.CONTENT_TYPE, "application/x-tar")
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"test-run-" + run.id() + ".tar\"")
        .body(archive);
  }
}
