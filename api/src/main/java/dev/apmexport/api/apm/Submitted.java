package dev.apmexport.api.apm;

import dev.apmexport.api.archive.ScriptArchive;
import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.config.ApmBlocks;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was sent for a check, told by its content: a block, a list of blocks, a script's options or its archive.
 *
 * @param name of the runs that the script makes, if it tells
 */
record Submitted(JsonNode apm, @Nullable String name) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int MAX_JSON = 4 << 20;
  /** Keys that a block has and options have not. */
  private static final List<String> OF_A_BLOCK = List.of("provider", "remoteWriteURL", "apiKey", "api_key");

  static Submitted read(InputStream body) throws IOException {
    BufferedInputStream in = new BufferedInputStream(body);
    in.mark(ScriptArchive.HEAD);
    byte[] head = in.readNBytes(ScriptArchive.HEAD);
    in.reset();
    if (ScriptArchive.begins(head)) {
      ScriptArchive archive = ScriptArchive.read(in);
      return of(archive.options(), archive.script());
    }
    return of(json(in));
  }

  private static JsonNode json(InputStream in) throws IOException {
    byte[] json = in.readNBytes(MAX_JSON + 1);
    if (json.length > MAX_JSON) {
      throw new Refused(HttpStatus.CONTENT_TOO_LARGE, "The JSON is larger than " + MAX_JSON + " bytes.");
    }
    try {
      JsonNode read = JSON.readTree(json);
      if (read.isObject() || read.isArray()) { return read; }
    } catch (JacksonException e) { // whose message may quote a secret
      throw unreadable("as JSON from line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr()
          + " on");
    }
    throw unreadable("as an object or a list");
  }

  private static Refused unreadable(String how) {
    return new Refused(HttpStatus.BAD_REQUEST, "The body cannot be read " + how
        + ". Send an apm block, a list of them, "
        + "a script's options as \"k6 inspect script.js\" prints them, or the archive that \"k6 archive script.js\" makes.");
  }

  private static Submitted of(JsonNode json) {
    if (json.isArray()) { return new Submitted(json, null); }
    if (OF_A_BLOCK.stream().anyMatch(json::has)) { return new Submitted(JSON.createArrayNode().add(json), null); }
    if (json.has("apm")) { return new Submitted(json.path("apm"), null); }
    return of(json.path("options").isObject() ? json.path("options") : json, null);
  }

  private static Submitted of(JsonNode options, @Nullable String script) {
    return new Submitted(ApmBlocks.find(options), new ScriptArchive(options, script).name());
  }
}
