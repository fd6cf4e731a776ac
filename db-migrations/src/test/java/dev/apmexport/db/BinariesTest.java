package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinariesTest {
  @TempDir
  private Path cache;

  @Test
  void a_platform_without_postgresql_is_named() {
    assertThatExceptionOfType(EmbeddedPostgresException.class).isThrownBy(() -> Binaries.of("Windows 11", "amd64"))
        .withMessage("There is no embedded PostgreSQL for the platform windows_11-x86_64:"
            + " let APM_DATABASE_URL point to a PostgreSQL 18 of your own.");
  }

  @Test
  void are_of_the_version_that_names_their_directory() throws IOException {
    Path home = ofThisPlatform().unpackedBelow(cache);
    Process process = new ProcessBuilder(home.resolve("bin/postgres").toString(), "--version").start();
    String version = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(home.getFileName()).hasToString("bin-" + Binaries.VERSION);
    assertThat(Binaries.VERSION).startsWith(version.replaceFirst(".*\\) ", "") + ".");
  }

  @Test
  void are_unpacked_once_and_again_only_if_a_file_is_missing() throws IOException {
    Path home = ofThisPlatform().unpackedBelow(cache);
    Object first = Files.readAttributes(home, "unix:ino").get("ino");
    assertThat(Files.readAttributes(ofThisPlatform().unpackedBelow(cache), "unix:ino").get("ino")).isEqualTo(first);
    Path missing = home.resolve("share/postgresql/postgres.bki");
    Files.delete(missing);
    assertThat(ofThisPlatform().unpackedBelow(cache)).isEqualTo(home);
    assertThat(missing).exists();
    try (Stream<Path> left = Files.list(cache)) {
      assertThat(left).containsExactlyInAnyOrder(home, cache.resolve("bin.lock"));
    }
  }

  private static Binaries ofThisPlatform() {
    return Binaries.of(System.getProperty("os.name"), System.getProperty("os.arch"));
  }
}
