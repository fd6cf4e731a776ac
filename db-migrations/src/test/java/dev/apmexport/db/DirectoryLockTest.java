package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class DirectoryLockTest extends EmbeddedPostgresKit {
  @Test
  void a_second_start_says_who_holds_the_directory() throws Exception {
    try (OwnerProcess owner = new OwnerProcess(dataDir, cache)) {
      assertThatExceptionOfType(DataDirectoryInUse.class).isThrownBy(this::start)
          .withMessage("The data directory " + dataDir.toRealPath() + " is in use by process " + owner.pid()
              + ": stop that process, or start with another data directory.");
    }
    try (EmbeddedPostgres server = start()) {
      assertThat(server.adopted()).isFalse();
    }
  }

  @Test
  void a_second_start_in_the_same_process_is_refused_and_does_not_open_the_directory_to_others() {
    try (EmbeddedPostgres _ = start()) {
      assertThatExceptionOfType(DataDirectoryInUse.class).isThrownBy(this::start)
          .withMessageContaining("this process (" + ProcessHandle.current().pid() + ")");
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> new OwnerProcess(dataDir, cache))
          .withMessageContaining("is in use by process " + ProcessHandle.current().pid());
    }
  }
}
