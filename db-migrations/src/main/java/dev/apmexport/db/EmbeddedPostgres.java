package dev.apmexport.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL of one's own, for those who have no server: unpacked from the class path, with its data in a directory
 * that one process at a time may use. What is committed survives what kills this process, the server or the machine.
 *
 * <p>
 * The server is a process in a session of its own and stops only by {@link #close()}. If this process dies without,
 * the next start on the same directory takes over the server as it is.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
  private static final String CLUSTER = "pg";

  private final DirectoryLock lock;
  private final Programs programs;
  private final Cluster cluster;
  private final Postmaster postmaster;

  private EmbeddedPostgres(DirectoryLock lock, Programs programs, Cluster cluster, Postmaster postmaster) {
    this.lock = lock;
    this.programs = programs;
    this.cluster = cluster;
    this.postmaster = postmaster;
  }

  /**
   * Returns when the server is ready; the directory is made if need be.
   *
   * @throws DataDirectoryInUse if another start, here or in another process, has not been closed
   * @throws EmbeddedPostgresException if there is no server to be had, with a message for the operator
   */
  public static EmbeddedPostgres start(Path dataDir) {
    return start(dataDir, dataDir, true);
  }

  /** How to reach a server. */
  public record Access(String jdbcUrl, String username, String password) {
    @Override
    public String toString() {
      return jdbcUrl;
    }
  }

  /** The server that another process runs on the directory: for a short visit, it stops when that process says. */
  public static Access runningIn(Path dataDir) {
    try {
      Cluster cluster = Cluster.existing(dataDir.toRealPath().resolve(CLUSTER));
      return new Access(cluster.jdbcUrl(Postmaster.notedPort(cluster)), Cluster.USER, cluster.password());
    } catch (IOException e) {
      throw new UncheckedIOException("The PostgreSQL in " + dataDir + " cannot be reached: " + e, e);
    }
  }

  /** The cache keeps the unpacked programs; what is not durable is lost with the machine, but faster. */
  static EmbeddedPostgres start(Path dataDir, Path cache, boolean durable) {
    Binaries binaries = Binaries.of(System.getProperty("os.name"), System.getProperty("os.arch"));
    try {
      Path home = Files.createDirectories(dataDir).toRealPath();
      DirectoryLock lock = DirectoryLock.take(home);
      try {
        return start(lock, binaries, home, cache.toRealPath(), durable);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL cannot be started in " + dataDir + ": " + e, e);
    }
  }

  private static EmbeddedPostgres start(DirectoryLock lock, Binaries binaries, Path home, Path cache, boolean durable)
      throws IOException {
    Programs programs = Programs.in(binaries.unpackedBelow(cache).resolve("bin"));
    Cluster cluster = Cluster.openOrCreate(home.resolve(CLUSTER), programs, durable);
    Postmaster orphan = Postmaster.findOrphan(cluster);
    Postmaster postmaster = orphan != null ? orphan
        : new Launch(cluster, programs, home.resolve("pg.log"), durable).run();
    LOG.info("PostgreSQL {} with the data in {} {} on port {} (process {})", Binaries.VERSION, home,
        postmaster.adopted() ? "was found running" : "was started", postmaster.port(), postmaster.pid());
    return new EmbeddedPostgres(lock, programs, cluster, postmaster);
  }

  public Access access() {
    return new Access(jdbcUrl(), username(), password());
  }

  public String jdbcUrl() {
    return cluster.jdbcUrl(postmaster.port());
  }

  public String username() {
    return Cluster.USER;
  }

  public String password() {
    return cluster.password();
  }

  /** Whether the server was already running: the process that had started it died before it could stop it. */
  public boolean adopted() {
    return postmaster.adopted();
  }

  long pid() {
    return postmaster.pid();
  }

  /** Cuts off what sessions there are and returns when the server has stopped, within a minute. */
  @Override
  public void close() {
    try {
      postmaster.stop(programs);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.close();
    }
  }
}
