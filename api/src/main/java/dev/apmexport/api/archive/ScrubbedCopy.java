package dev.apmexport.api.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Goes over an archive from its first byte to its last, and writes a copy of it in which every secret is masked. k6
 * writes the metadata first, so that the secrets are known when the files come.
 */
final class ScrubbedCopy {
  /** With the test data that is in them, archives can be large; a copy of a larger one than that is not made. */
  static final long MOST_COPIED = 64L << 20;
  private static final long MOST_READ = 1L << 30;
  private static final int BUFFER = 32 << 10;
  private static final JsonMapper JSON = JsonMapper.shared();

  private final ArchiveWalk walk;
  private final TarArchiveOutputStream copy;
  private final SecretMask mask;

  private ScrubbedCopy(ArchiveWalk walk, TarArchiveOutputStream copy, SecretMask mask) {
    this.walk = walk;
    this.copy = copy;
    this.mask = mask;
  }

  /**
   * An archive that was read to its end.
   *
   * @param notCopied why the copy that was wanted is not complete, as part of a sentence; null if it is
   */
  record Taken(ScriptArchive script, @Nullable String notCopied) {}

  /**
   * Reads all of an archive. Where it cannot be copied it is read on nevertheless, as a test is not to fail for that.
   *
   * @param copy where the copy goes to; null where none is wanted
   */
  static Taken read(InputStream archive, @Nullable OutputStream copy) {
    ArchiveWalk walk = new ArchiveWalk(archive, MOST_READ);
    TarArchiveEntry first = walk.next();
    if (first == null || !ArchiveWalk.isMetadata(first)) {
      throw ScriptArchive.broken("its first entry is not " + ArchiveWalk.METADATA);
    }
    ObjectNode metadata = ScriptArchive.metadata(walk);
    ScriptArchive script = ScriptArchive.of(metadata.deepCopy());
    try {
      return new Taken(script, copied(walk, copy, first, metadata));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable String copied(ArchiveWalk walk, @Nullable OutputStream copy, TarArchiveEntry first,
      ObjectNode metadata) throws IOException {
    String why = null;
    if (copy != null) {
      try {
        write(walk, copy, first, metadata);
        return null;
      } catch (NotCopied e) {
        why = e.getMessage();
      }
    }
    files(walk, _ -> {});
    return why;
  }

  /** What is done with each file. */
  private interface Files {
    void take(TarArchiveEntry entry) throws IOException;
  }

  private static void files(ArchiveWalk walk, Files files) throws IOException {
    for (TarArchiveEntry entry = walk.next(); entry != null; entry = walk.next()) {
      if (entry.getName().equals(ArchiveWalk.METADATA)) {
        throw ScriptArchive.broken("it holds " + ArchiveWalk.METADATA + " twice");
      }
      if (!ArchiveWalk.isFile(entry) && !entry.isDirectory() && !entry.isLink()) {
        throw ScriptArchive.broken("\"" + entry.getName() + "\" in it is neither a file nor a directory");
      }
      files.take(entry);
    }
  }

  private static void write(ArchiveWalk walk, OutputStream out, TarArchiveEntry first, ObjectNode metadata)
      throws IOException {
    TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    ScrubbedCopy scrubbed = new ScrubbedCopy(walk, tar, ArchiveSecrets.takeFrom(metadata));
    byte[] json = JSON.writeValueAsBytes(metadata); // indented, deep objects would grow without a bound
    tar.putArchiveEntry(scrubbed.header(first, json.length));
    tar.write(json);
    tar.closeArchiveEntry();
    files(walk, scrubbed::file);
    tar.finish();
  }

  private void file(TarArchiveEntry entry) throws IOException {
    bounded();
    boolean hasContent = ArchiveWalk.isFile(entry);
    copy.putArchiveEntry(header(entry, hasContent ? entry.getSize() : 0));
    if (hasContent) {
      content();
    }
    copy.closeArchiveEntry();
  }

  private void bounded() {
    if (walk.taken() > MOST_COPIED) { throw new NotCopied("it is larger than " + MOST_COPIED + " bytes"); }
  }

  private void content() throws IOException {
    SecretMask.Masked masked = mask.onto(copy);
    byte[] buffer = new byte[BUFFER];
    for (int got = walk.read(buffer); got >= 0; got = walk.read(buffer)) {
      bounded();
      masked.write(buffer, 0, got);
    }
    masked.finish();
  }

  /** Only what k6 writes into a header; its other fields could hold anything. */
  private TarArchiveEntry header(TarArchiveEntry entry, long size) {
    String name = mask.mask(entry.getName());
    TarArchiveEntry header = new TarArchiveEntry(name, kind(entry));
    if (entry.isLink()) {
      header.setLinkName(mask.mask(entry.getLinkName()));
    }
    header.setSize(size);
    header.setMode(entry.getMode());
    header.setModTime(entry.getLastModifiedTime());
    return header;
  }

  private static byte kind(TarArchiveEntry entry) {
    return entry.isDirectory() ? TarConstants.LF_DIR : entry.isLink() ? TarConstants.LF_LINK : TarConstants.LF_NORMAL;
  }
}
