package dev.apmexport.api.archive;

import dev.apmexport.api.security.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/** Goes over an archive once, entry by entry, within bounds. Whatever is wrong with it is thrown as {@link Refused}. */
final class ArchiveWalk {
  static final String METADATA = "metadata.json";
  static final int MAX_ENTRIES = 10_000;
  private static final int MAX_METADATA = 4 << 20;

  private final Allowance bytes;
  private final Tar tar;
  private int entries;

  /** @param most bytes that the archive may have */
  ArchiveWalk(InputStream archive, long most) {
    this.bytes = new Allowance(archive, most);
    this.tar = new Tar(bytes);
  }

  /** Knows whether the archive was ended or just stopped. */
  private static final class Tar extends TarArchiveInputStream {
    private boolean ended;

    Tar(InputStream archive) {
      super(archive, "UTF-8");
    }

    @Override
    protected boolean isEOFRecord(byte @Nullable [] block) {
      boolean last = super.isEOFRecord(block);
      ended |= last && block != null;
      return last;
    }
  }

  /** Something that the tar reader does, which throws many kinds of exceptions for what is broken. */
  private interface Reading<T extends @Nullable Object> {
    T read() throws IOException;
  }

  private static <T extends @Nullable Object> T read(Reading<T> reading) {
    try {
      return reading.read();
    } catch (Refused e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw ScriptArchive.broken(String.valueOf(e.getMessage()).replaceFirst("\\.$", ""));
    }
  }

  /** The next entry; null after the last one. */
  @Nullable
  TarArchiveEntry next() {
    if (entries > 0) { // what is left of an entry is passed over as its content, and only then comes a header
      read(() -> tar.transferTo(OutputStream.nullOutputStream()));
    }
    bytes.header();
    TarArchiveEntry entry = ArchiveWalk.<@Nullable TarArchiveEntry>read(tar::getNextEntry);
    bytes.content();
    if (entry == null) { return end(); }
    if (++entries > MAX_ENTRIES) { throw ScriptArchive.broken("it holds more than " + MAX_ENTRIES + " entries"); }
    if (entry.isSparse()) { throw ScriptArchive.broken("it holds a sparse file, as k6 writes none"); } // which would be endless zeros
    return entry;
  }

  private @Nullable TarArchiveEntry end() {
    if (!tar.ended) { throw ScriptArchive.broken("its end is missing"); }
    return null;
  }

  /** How many bytes of the archive were read. */
  long taken() {
    return bytes.taken();
  }

  /** Reads on in the entry; returns how many bytes, or -1 at its end. */
  int read(byte[] to) {
    return read(() -> tar.read(to, 0, to.length));
  }

  static boolean isMetadata(TarArchiveEntry entry) {
    return isFile(entry) && entry.getName().equals(METADATA);
  }

  /** A link or a device is none, unlike for the tar reader. */
  static boolean isFile(TarArchiveEntry entry) {
    return !entry.isDirectory()
        && (entry.getLinkFlag() == TarConstants.LF_NORMAL || entry.getLinkFlag() == TarConstants.LF_OLDNORM);
  }

  /** The content of the entry as metadata. */
  byte[] metadata() {
    byte[] json = read(() -> tar.readNBytes(MAX_METADATA + 1));
    if (json.length > MAX_METADATA) {
      throw ScriptArchive.broken("its " + METADATA + " is larger than " + MAX_METADATA + " bytes");
    }
    return json;
  }
}
