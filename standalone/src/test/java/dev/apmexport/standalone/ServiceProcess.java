package dev.apmexport.standalone;

import dev.apmexport.db.EmbeddedPostgres;
import dev.apmexport.standalone.demo.FreePort;
import dev.apmexport.standalone.demo.ServiceClient;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The whole service as a process of its own, that a test can kill and start again: with the same port, on the same data
 * directory. {@link #close} leaves nothing running, whatever happened before.
 */
public final class ServiceProcess implements AutoCloseable {
  public static final String TOKEN = "the-token-of-the-tests";
  private static final long START_SECONDS = 300;
  private static final long STOP_SECONDS = 120;

  /** How a start ended that was not to last. */
  public record Ended(int exitCode, String output) {
  }

  private final Path dataDir;
  private final Path output;
  private final int port;
  private final List<String> flags;
  private final Map<String, String> environment = new HashMap<>();
  private @Nullable Process process;

  /** Not started yet. The folder, which may be a test's own, is opened for the account that PostgreSQL runs as. */
  public ServiceProcess(Path folder, String... flags) throws IOException {
    this(folder, FreePort.find(), List.of(flags));
  }

  public ServiceProcess(Path folder, int port, List<String> flags) throws IOException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    this.dataDir = folder.resolve("data");
    this.output = Files.createTempFile(folder, "service", ".out");
    this.port = port;
    this.flags = flags;
  }

  /** A setting that is not to stand in the command line, where every user of the machine can read it. */
  public ServiceProcess with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** A second service on the same data directory, with a port of its own. */
  public ServiceProcess twin() throws IOException {
    return new ServiceProcess(dataDir.getParent(), FreePort.find(), flags);
  }

  /** Returns when it is healthy. */
  public ServiceProcess start() throws IOException, InterruptedException {
    Process started = launch();
    process = started;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try (ServiceClient client = client()) {
      while (!client.isHealthy()) {
        if (started.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
          throw new IOException("The service did not start:\n" + output());
        }
      }
    } catch (IOException e) {
      close();
      throw e;
    }
    return this;
  }

  /** Starts it and waits until it ends by itself. */
  public Ended startAndAwaitEnd() throws IOException, InterruptedException {
    Process started = launch();
    if (!started.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
      started.destroyForcibly().waitFor();
      throw new IOException("The service did not end by itself:\n" + output());
    }
    return new Ended(started.exitValue(), output());
  }

  private Process launch() throws IOException {
    var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xmx512m",
        "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Standalone.class.getName(),
        "--server.port=" + port, "--server.address=127.0.0.1", "--apm.data-dir=" + dataDir));
    command.addAll(flags);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(output.toFile()));
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Ends it as {@code kill -9} does. Its PostgreSQL lives on, as it would. */
  public void kill() throws InterruptedException {
    running().destroyForcibly().waitFor();
  }

  /** Lets it stand still for a while, as a process without a processor does. */
  public void standStill(Duration time) throws IOException, InterruptedException {
    signal("STOP");
    try {
      Thread.sleep(time);
    } finally {
      signal("CONT");
    }
  }

  private void signal(String name) throws IOException, InterruptedException {
    String pid = Long.toString(running().pid());
    int exitCode = new ProcessBuilder("kill", "-" + name, pid).start().waitFor();
    if (exitCode != 0) { throw new IOException("kill -" + name + " " + pid + " ended with " + exitCode); }
  }

  private Process running() {
    if (process == null) { throw new IllegalStateException("The service was not started."); }
    return process;
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  public long pid() {
    return running().pid();
  }

  public Path dataDir() {
    return dataDir;
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Speaks with the token of the flag {@code --apm.bootstrap-token}. */
  public ServiceClient client() {
    return new ServiceClient(url(), TOKEN);
  }

  /** All that it has printed, over all its starts. */
  public String output() throws IOException {
    return Files.readString(output);
  }

  /** Stops it in order, as Ctrl-C does; after a kill, stops the PostgreSQL that was left. */
  @Override
  public void close() throws IOException, InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
      process = null;
    }
    if (Files.exists(dataDir.resolve("pg/data/postmaster.pid"))) {
      EmbeddedPostgres.start(dataDir).close();
    }
  }
}
