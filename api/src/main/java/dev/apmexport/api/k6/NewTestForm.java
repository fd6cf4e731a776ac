package dev.apmexport.api.k6;

import dev.apmexport.api.archive.ScriptArchive;
import dev.apmexport.api.archive.ScriptArchives;
import dev.apmexport.api.archive.UploadForm;
import dev.apmexport.store.tenant.TenantId;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A form with which k6 makes a run (k6's cloudapi/api.go at v1.8.1). How many users there will be and for how long is not
 * needed here.
 *
 * @param name of the test; empty if nothing tells it
 * @param options of the script, with its project in them
 */
record NewTestForm(String name, JsonNode options, Optional<ScriptArchives.Upload> upload) {
  /** Describes its parts. */
  record Parts(@Nullable String name, @Schema(name = "project_id") @Nullable Integer projectId, @Nullable Integer vus,
      @Nullable Integer duration,
      @Schema(type = "string", format = "binary", description = "The archive that \"k6 archive\" makes.") @Nullable String file) {}

  static NewTestForm read(HttpServletRequest request, TenantId tenant, ScriptArchives archives) {
    AtomicReference<ScriptArchives.@Nullable Upload> came = new AtomicReference<>();
    try {
      UploadForm form = UploadForm.read(request, "file", archive -> came.set(archives.read(tenant, archive)));
      return of(form, Optional.ofNullable(came.get()));
    } catch (RuntimeException e) { // what followed the archive was broken
      Optional.ofNullable(came.get()).ifPresent(archives::drop);
      throw e;
    }
  }

  private static NewTestForm of(UploadForm form, Optional<ScriptArchives.Upload> upload) {
    Optional<ScriptArchive> archive = upload.map(ScriptArchives.Upload::script);
    String name = Objects.requireNonNullElse(form.text("name"), "");
    return new NewTestForm(name.isBlank() ? archive.map(ScriptArchive::name).orElse("") : name,
        ofProject(archive.map(ScriptArchive::options).orElseGet(JsonMapper.shared()::createObjectNode),
            Objects.requireNonNullElse(form.text("project_id"), "")),
        upload);
  }

  /** The project that k6 goes by, which need not be the script's; 0 is none. */
  private static JsonNode ofProject(JsonNode options, String project) {
    if (project.matches("[1-9]\\d{0,17}") && !(options.has("cloud") && !options.path("cloud").isObject())) {
      ((ObjectNode) options).withObject("/cloud").put("projectID", Long.parseLong(project));
    }
    return options;
  }
}
