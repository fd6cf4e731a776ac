package dev.apmexport.api.archive;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.store.archive.StoredArchives;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the archives that k6 sends with its runs. Each is read to its end as it comes in; a copy without its secrets is
 * kept if the service is set so.
 */
public final class ScriptArchives {
  private static final Logger LOG = LoggerFactory.getLogger(ScriptArchives.class);

  private final StoredArchives stored;
  private final DatabasePatience patience;
  private final boolean keep;

  /** @param keep whether copies are kept */
  public ScriptArchives(StoredArchives stored, DatabasePatience patience, boolean keep) {
    this.stored = stored;
    this.patience = patience;
    this.keep = keep;
  }

  /**
   * An archive that was read to its end.
   *
   * @param copy the id of the copy, which is no run's yet; null where none is kept
   * @param notCopied why there is none though copies are kept, as part of a sentence; null otherwise
   */
  public record Upload(ScriptArchive script, @Nullable Long copy, @Nullable String notCopied) {}

  /**
   * Reads an archive to its end, before the run that it belongs to is known; throws
   * {@link dev.apmexport.api.security.Refused} for one that is broken or too large, of which nothing is kept.
   */
  public Upload read(TenantId tenant, InputStream archive) {
    if (!keep) { return new Upload(ScrubbedCopy.read(archive, null).script(), null, null); }
    long copy = patience.call(0, () -> stored.begin(tenant));
    boolean complete = false;
    try (OutputStream kept = new GZIPOutputStream(
        new PartsOutput((n, part) -> append(copy, n, part)))) {
      ScrubbedCopy.Taken taken = ScrubbedCopy.read(archive, kept);
      complete = taken.notCopied() == null;
      if (!complete) {
        LOG.warn("No copy of an archive of tenant {} is kept, as {}; the test goes on.", tenant.value(),
            taken.notCopied());
      }
      return new Upload(taken.script(), complete ? copy : null, taken.notCopied());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!complete) {
        patience.run(() -> stored.delete(copy));
      }
    }
  }

  private void append(long copy, int n, byte[] part) {
    patience.call(part.length, () -> {
      stored.append(copy, n, part);
      return true;
    });
  }

  /** Gives the copy to its run; a run that has one keeps that, and this one is forgotten. */
  public void give(Upload upload, TestRun run) {
    Long copy = upload.copy();
    if (copy != null && !patience.call(0, () -> stored.give(copy, run))) {
      drop(upload);
    }
  }

  /** Forgets the copy, as there is no run for it. */
  public void drop(Upload upload) {
    Long copy = upload.copy();
    if (copy != null) {
      patience.run(() -> stored.delete(copy));
    }
  }

  /** Reads the archive of a run to its end and keeps a copy for it, if the service keeps any and the run has none. */
  public void keep(TestRun run, InputStream archive) {
    give(read(run.tenant(), archive), run);
  }

  /** The tar that is kept for a run; empty where none is. Read while the tenant is served. */
  Optional<InputStream> of(TestRun run) {
    return patience.call(0, () -> stored.of(run)).map(archive -> {
      try {
        return new GZIPInputStream(
            new SequenceInputStream(new StoredParts(n -> patience.call(0, () -> stored.part(archive, n)))));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
  }
}
