package dev.apmexport.api.archive;

import dev.apmexport.api.security.Refused;
import java.io.InputStream;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is wanted of a k6 archive: the script's options.
 *
 * @param options as k6 worked them out, secrets included
 * @param script the script's file name; null if the archive does not tell
 */
public record ScriptArchive(JsonNode options, @Nullable String script) {
  /** So many bytes tell whether it is an archive. */
  public static final int HEAD = 512;
  /** k6 writes the metadata first. */
  private static final long MOST_BEFORE_METADATA = 64L << 20;
  private static final int MAGIC_AT = 257;
  private static final String MAGIC = "ustar";

  /** Whether a body that begins with these bytes is an archive. */
  public static boolean begins(byte[] head) {
    for (int i = 0; i < MAGIC.length(); i++) {
      if (head.length < HEAD || head[MAGIC_AT + i] != MAGIC.charAt(i)) { return false; }
    }
    return true;
  }

  /**
   * Reads an archive up to its metadata and not further, and keeps nothing; one that cannot be read is refused with what
   * is wrong with it.
   */
  public static ScriptArchive read(InputStream archive) {
    ArchiveWalk walk = new ArchiveWalk(archive, MOST_BEFORE_METADATA);
    for (int entries = 0; entries < ArchiveWalk.MAX_ENTRIES; entries++) {
      TarArchiveEntry entry = walk.next();
      if (entry == null) { throw broken("it holds no " + ArchiveWalk.METADATA); }
      if (ArchiveWalk.isMetadata(entry)) { return of(metadata(walk)); }
    }
    throw broken("its first " + ArchiveWalk.MAX_ENTRIES + " entries hold no " + ArchiveWalk.METADATA);
  }

  /** The metadata that a walk has come to. */
  static ObjectNode metadata(ArchiveWalk walk) {
    try {
      JsonNode read = JsonMapper.shared().readTree(walk.metadata());
      if (read instanceof ObjectNode metadata && read.path("options").isObject()) { return metadata; }
    } catch (JacksonException e) { // whose message may quote a secret
      throw broken("its " + ArchiveWalk.METADATA + " is not JSON");
    }
    throw broken("its " + ArchiveWalk.METADATA + " holds no options");
  }

  static ScriptArchive of(ObjectNode metadata) {
    String file = metadata.path("filename").asString("");
    String script = file.substring(file.lastIndexOf('/') + 1);
    return new ScriptArchive(metadata.path("options"), script.isEmpty() ? null : script);
  }

  /** The name of the runs that the script makes; null if nothing tells it. */
  public @Nullable String name() {
    return Stream.of(options.path("cloud"), options.path("ext").path("loadimpact"))
        .map(place -> place.path("name").asString("")).filter(written -> !written.isBlank()).findFirst().orElse(script);
  }

  static Refused broken(String what) {
    return new Refused(HttpStatus.BAD_REQUEST,
        "The archive cannot be used: " + what + ". Make one with \"k6 archive script.js\".");
  }

  static Refused tooLarge(long most) {
    return new Refused(HttpStatus.BAD_REQUEST, "The archive cannot be used: it is larger than " + most
        + " bytes. See what is in one with \"k6 archive script.js\", and open large files from elsewhere; \"k6 cloud run "
        + "--local-execution --no-archive-upload\" sends none.");
  }
}
