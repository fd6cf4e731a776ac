package dev.apmexport.api.k6;

import dev.apmexport.api.security.Refused;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is wanted of a k6 archive: the script's options. The archive is read as a stream, up to its metadata and not
 * further, and is kept nowhere.
 *
 * @param options as k6 worked them out, secrets included
 * @param script the script's file name; null if the archive does not tell
 */
public record ScriptArchive(JsonNode options, @Nullable String script) {
  private static final String METADATA = "metadata.json";
  private static final int MAX_METADATA = 4 << 20;
  private static final int MAX_ENTRIES = 10_000;
  private static final long MAX_BYTES = 64L << 20;
  /** An entry's long name and other extensions are read into memory; k6 writes some hundred bytes. */
  private static final long MAX_HEADER = 1L << 20;

  /** So many bytes tell whether it is an archive. */
  public static final int HEAD = 512;
  private static final int MAGIC_AT = 257;
  private static final String MAGIC = "ustar";

  /** Whether a body that begins with these bytes is an archive. */
  public static boolean begins(byte[] head) {
    for (int i = 0; i < MAGIC.length(); i++) {
      if (head.length < HEAD || head[MAGIC_AT + i] != MAGIC.charAt(i)) { return false; }
    }
    return true;
  }

  /** Reads an archive; one that cannot be read is refused with what is wrong with it. */
  public static ScriptArchive read(InputStream archive) {
    try {
      Allowance bytes = new Allowance(archive);
      return of(JsonMapper.shared().readTree(metadata(bytes, new TarArchiveInputStream(bytes))));
    } catch (Refused e) {
      throw e;
    } catch (JacksonException e) {
      throw broken("its " + METADATA + " is not JSON");
    } catch (IOException | RuntimeException e) { // broken headers make the reader throw many kinds of these
      throw broken(String.valueOf(e.getMessage()).replaceFirst("\\.$", ""));
    }
  }

  private static byte[] metadata(Allowance bytes, TarArchiveInputStream tar) throws IOException {
    for (int entries = 0; entries < MAX_ENTRIES; entries++) {
      bytes.allow(MAX_HEADER);
      TarArchiveEntry entry = tar.getNextEntry();
      bytes.allow(MAX_BYTES);
      if (entry == null) { throw broken("it holds no " + METADATA); }
      if (entry.isFile() && entry.getName().equals(METADATA)) {
        byte[] json = tar.readNBytes(MAX_METADATA + 1);
        if (json.length > MAX_METADATA) {
          throw broken("its " + METADATA + " is larger than " + MAX_METADATA + " bytes");
        }
        return json;
      }
      if (entry.isSparse()) { throw broken("it holds a sparse file, as k6 writes none"); } // which would be endless zeros
      tar.transferTo(OutputStream.nullOutputStream());
    }
    throw broken("its first " + MAX_ENTRIES + " entries hold no " + METADATA);
  }

  private static ScriptArchive of(JsonNode metadata) {
    if (!metadata.path("options").isObject()) { throw broken("its " + METADATA + " holds no options"); }
    String file = metadata.path("filename").asString("");
    String script = file.substring(file.lastIndexOf('/') + 1);
    return new ScriptArchive(metadata.path("options"), script.isEmpty() ? null : script);
  }

  private static Refused broken(String what) {
    return new Refused(HttpStatus.BAD_REQUEST,
        "The archive cannot be used: " + what + ". Make one with \"k6 archive script.js\".");
  }

  /** Hands on no more bytes in all than the archive may have, and no more in one go than the part that is read may. */
  private static final class Allowance extends FilterInputStream {
    private long taken;
    private long until;

    Allowance(InputStream in) {
      super(in);
    }

    void allow(long more) {
      until = Math.min(MAX_BYTES, taken + more);
    }

    @Override
    public int read() throws IOException {
      return counted(super.read(), 1);
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      int got = super.read(to, from, length);
      return counted(got, got);
    }

    @Override
    public long skip(long bytes) throws IOException {
      return counted(super.skip(bytes));
    }

    private int counted(int result, int bytes) {
      counted(result < 0 ? 0 : bytes);
      return result;
    }

    private long counted(long bytes) {
      taken += bytes;
      if (taken > until) {
        throw broken(taken > MAX_BYTES ? "it is larger than " + MAX_BYTES + " bytes"
            : "an entry's header is larger than " + MAX_HEADER + " bytes");
      }
      return bytes;
    }
  }
}
