package dev.apmexport.db;

import java.nio.file.Path;

/** The data directory belongs to a process that is running. */
public final class DataDirectoryInUse extends EmbeddedPostgresException {
  private static final long serialVersionUID = 1;

  DataDirectoryInUse(Path dataDir, String holder) {
    super("The data directory " + dataDir + " is in use by " + holder
        + ": stop that process, or start with another data directory.");
  }
}
