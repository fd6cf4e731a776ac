package dev.apmexport.db;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's first process: started here, or found running after the process that had started it was killed. */
final class Postmaster {
  /** Recovery after a crash replays up to 1 GB of write-ahead log. */
  private static final Duration RECOVERY = Duration.ofMinutes(5);
  private static final Duration CHECKPOINT = Duration.ofSeconds(30);
  private static final Duration EXIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(10);
  private static final String WRONG_PASSWORD = "28P01"; // SQL state
  private static final int PID_LINE = 0;
  private static final int PORT_LINE = 3;

  private final ProcessHandle process;
  private final int port;
  private final boolean adopted;

  Postmaster(ProcessHandle process, int port, boolean adopted) {
    this.process = process;
    this.port = port;
    this.adopted = adopted;
  }

  /** The server that still runs on the cluster, once it is ready; null if there is none. */
  static @Nullable Postmaster findOrphan(Cluster cluster) throws IOException {
    List<String> note = cluster.serverNote();
    if (note.size() <= PORT_LINE) { return null; }
    Optional<ProcessHandle> noted = ProcessHandle.of(Long.parseLong(note.get(PID_LINE).strip()));
    if (noted.isEmpty()) { return null; }
    if (!serves(noted.get(), cluster)) {
      cluster.disownServerNote();
      return null;
    }
    Postmaster orphan = new Postmaster(noted.get(), Integer.parseInt(note.get(PORT_LINE).strip()), true);
    return orphan.awaitReady(cluster) ? orphan : null;
  }

  /** The port of a server that another process looks after. */
  static int notedPort(Cluster cluster) throws IOException {
    List<String> note = cluster.serverNote();
    if (note.size() <= PORT_LINE) {
      throw new EmbeddedPostgresException("The process that uses the data in " + cluster.dir()
          + " has not started PostgreSQL yet, or has stopped it: try again when it is ready, or gone.");
    }
    return Integer.parseInt(note.get(PORT_LINE).strip());
  }

  long pid() {
    return process.pid();
  }

  int port() {
    return port;
  }

  boolean adopted() {
    return adopted;
  }

  /** False if it is gone. If it is only slow it is left alone: the next start finds it, and all that it has done. */
  boolean awaitReady(Cluster cluster) {
    long giveUp = System.nanoTime() + RECOVERY.toNanos();
    while (System.nanoTime() < giveUp) {
      if (answers(cluster)) { return true; }
      if (isGone()) { return false; }
      pause(POLL);
    }
    throw new EmbeddedPostgresException("PostgreSQL (process " + process.pid() + ") on the data in " + cluster.dir()
        + " is running, but was not ready within " + RECOVERY.toMinutes() + " minutes.");
  }

  /** Cuts the sessions off and writes everything out; if that takes too long, stops at once and leaves a recovery. */
  void stop(Programs programs) throws IOException {
    boolean gone = stop(programs, "INT", CHECKPOINT) || stop(programs, "QUIT", EXIT);
    if (!gone) {
      process.destroyForcibly();
      goneWithin(EXIT);
    }
  }

  /** Whether it is this cluster's server that listens on the port, and is ready. */
  private boolean answers(Cluster cluster) {
    Properties properties = new Properties();
    properties.putAll(Map.of("user", Cluster.USER, "password", cluster.password(), "connectTimeout", "5",
        "socketTimeout", "5"));
    try (Connection connection = DriverManager.getConnection(cluster.jdbcUrl(port), properties);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW data_directory")) {
      return row.next() && cluster.data().toString().equals(row.getString(1));
    } catch (SQLException e) {
      if (WRONG_PASSWORD.equals(e.getSQLState())) {
        throw new EmbeddedPostgresException("The PostgreSQL running on the data in " + cluster.dir()
            + " does not accept the password in " + cluster.passwordFile() + ".", e);
      }
      return false;
    }
  }

  private boolean stop(Programs programs, String signal, Duration patience) throws IOException {
    if (isGone()) { return true; }
    try {
      programs.run("pg_ctl", "kill", signal, Long.toString(process.pid()));
    } catch (EmbeddedPostgresException e) {
      if (!isGone()) { // else it went by itself meanwhile
        throw e;
      }
    }
    return goneWithin(patience);
  }

  private boolean goneWithin(Duration patience) {
    long giveUp = System.nanoTime() + patience.toNanos();
    while (!isGone() && System.nanoTime() < giveUp) {
      pause(POLL);
    }
    return isGone();
  }

  private boolean isGone() {
    // An adopted one may stay a zombie, which has no arguments, where nobody collects orphans (some containers).
    return !process.isAlive() || (adopted && process.info().arguments().isEmpty());
  }

  /** A process number is given to another program in time, after a restart of the machine or container at once. */
  private static boolean serves(ProcessHandle process, Cluster cluster) {
    return List.of(process.info().arguments().orElse(new String[0])).contains(cluster.data().toString());
  }

  /** Unlike a sleep it goes on if the thread is interrupted: who must stop in a hurry must still stop in order. */
  static void pause(Duration time) {
    new CompletableFuture<Void>().completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS).join();
  }
}
