package dev.apmexport.db;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * For tests only, and here, not among the tests, because those of every module use it: an empty database for each who
 * asks, all on one server that starts with the first and is thrown away with the process. It survives no crash of the
 * machine.
 */
public final class TestPostgres {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** What {@code spring.datasource.url}, {@code .username} and {@code .password} take. */
  public record Database(String url, String username, String password) {
  }

  /** Class initialization makes it start once, with the first who asks. */
  private static final class Server {
    static final EmbeddedPostgres RUNNING = startForThisProcess();
  }

  private TestPostgres() {}

  public static Database freshDatabase() {
    EmbeddedPostgres server = Server.RUNNING;
    String name = "test_" + NUMBER.incrementAndGet();
    try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), server.username(), server.password());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name + " STRATEGY file_copy"); // the faster one where nothing is synced
    } catch (SQLException e) {
      throw new IllegalStateException("There is no fresh database for the test", e);
    }
    String url = server.jdbcUrl().replaceFirst("/[^/]*$", "/" + name);
    return new Database(url, server.username(), server.password());
  }

  private static EmbeddedPostgres startForThisProcess() {
    try {
      Path dir = Files.createTempDirectory("apmexport-test-");
      // Where root has to run PostgreSQL as another user, that one must get in; what is in there has its own modes.
      Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx--x--x"));
      return start(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EmbeddedPostgres start(Path dir) throws IOException {
    try {
      EmbeddedPostgres server = EmbeddedPostgres.start(dir, sharedCache(), false);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> discard(server, dir), "test-postgres"));
      return server;
    } catch (IOException | RuntimeException e) {
      Binaries.delete(dir);
      throw e;
    }
  }

  /** Unpacking takes longer than all the rest, so the tests of all modules share it. */
  static Path sharedCache() throws IOException {
    int uid = (int) new UnixSystem().getUid();
    Path cache = Path.of(System.getProperty("java.io.tmpdir"), "apmexport-test-cache-" + uid);
    try {
      Files.createDirectory(cache, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    } catch (FileAlreadyExistsException _) {
      // Another user could have made it first, with programs of his own in it.
      if (!Integer.valueOf(uid).equals(Files.getAttribute(cache, "unix:uid", LinkOption.NOFOLLOW_LINKS))) {
        throw new IllegalStateException(cache + " belongs to another user");
      }
    }
    return cache;
  }

  private static void discard(EmbeddedPostgres server, Path dir) {
    server.close();
    try {
      Binaries.delete(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
