package dev.apmexport.api.archive;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Builds archives, those too that k6 would not make. */
final class Archives {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

  static Archives of(String metadata) {
    return new Archives().file("metadata.json", metadata);
  }

  Archives file(String name, String content) {
    return entry(name, TarConstants.LF_NORMAL, content.getBytes(StandardCharsets.UTF_8), "");
  }

  Archives file(String name, byte[] content) {
    return entry(name, TarConstants.LF_NORMAL, content, "");
  }

  Archives directory(String name) {
    return entry(name, TarConstants.LF_DIR, new byte[0], "");
  }

  Archives link(String name, String target) {
    return entry(name, TarConstants.LF_LINK, new byte[0], target);
  }

  Archives entry(String name, byte kind, byte[] content, String target) {
    try {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      TarArchiveEntry entry = new TarArchiveEntry(name, kind);
      entry.setSize(content.length);
      entry.setLinkName(target);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] tar() {
    try {
      tar.close();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The entries of an archive and their content; of a link, where it leads. */
  static Map<String, String> entries(byte[] archive) {
    Map<String, String> entries = new LinkedHashMap<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(archive), "UTF-8")) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(),
            entry.isLink() ? "-> " + entry.getLinkName() : new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
