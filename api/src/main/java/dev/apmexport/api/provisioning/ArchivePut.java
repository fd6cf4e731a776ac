package dev.apmexport.api.provisioning;

import dev.apmexport.api.archive.ScriptArchives;
import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.loadtest.ArchiveUploads;
import dev.apmexport.store.loadtest.ArchiveUploads.Upload;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.TenantWall;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.springframework.http.HttpStatus;

/**
 * Takes script archives. k6 brings no token here: the signature in the address, which only the start of the run has
 * told, says whose archive it is.
 */
public final class ArchivePut {
  /** Larger ones are not asked for. */
  static final long MOST_BYTES = 64L << 20;

  private final ArchiveUploads uploads;
  private final ScriptArchives archives;
  private final TestRunRepository runs;
  private final DatabasePatience patience;

  public ArchivePut(ArchiveUploads uploads, ScriptArchives archives, TestRunRepository runs,
      DatabasePatience patience) {
    this.uploads = uploads;
    this.archives = archives;
    this.runs = runs;
    this.patience = patience;
  }

  /** @param length as the request says it; -1 if it does not */
  void take(String run, String signature, long length, InputStream body) {
    Upload upload = allowed(run, signature);
    if (length >= 0 && length != upload.size()) { throw SizedStream.wrong(upload.size(), length); }
    DigestInputStream archive = new DigestInputStream(new SizedStream(body, upload.size()), sha256());
    byte[] before = upload.content();
    if (before != null) {
      finish(archive);
      if (!MessageDigest.isEqual(before, archive.getMessageDigest().digest())) { throw used(run); }
      return; // k6 tries again where the answer got lost
    }
    TenantWall.within(upload.tenant(), () -> {
      TestRun of = patience.call(0, () -> runs.findById(upload.testRunId())).orElseThrow();
      archives.keep(of, archive);
      finish(archive);
      patience.run(() -> uploads.put(signature, archive.getMessageDigest().digest()));
      return true;
    });
  }

  private Upload allowed(String run, String signature) {
    Upload upload = patience.call(0, () -> uploads.find(Intake.number(run), signature)).orElse(null);
    if (upload == null) {
      throw new Refused(HttpStatus.FORBIDDEN, "The signature in the address is none that was given for an archive of "
          + "test run " + run + ". Use the archive_upload_url of the answer to start_local_execution as it is.");
    }
    if (upload.expired()) {
      throw new Refused(HttpStatus.FORBIDDEN, "The signature in the address was good for "
          + ArchiveUploads.VALID.toMinutes() + " min after the start of test run " + run + ". Start the test again.");
    }
    return upload;
  }

  private static Refused used(String run) {
    return new Refused(HttpStatus.FORBIDDEN,
        "Another archive was put with the signature in the address before; test run "
            + run + " keeps that one. Start the test again to send another one.");
  }

  /** Behind an archive's end may be more. */
  private static void finish(InputStream archive) {
    try {
      archive.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
