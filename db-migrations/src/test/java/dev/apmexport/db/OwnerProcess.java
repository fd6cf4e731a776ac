package dev.apmexport.db;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process of its own that starts a server, says which, and stops it when its standard input ends. */
final class OwnerProcess implements AutoCloseable {
  private static final String STARTED = "postmaster ";
  private static final String REFUSED = "refused: ";
  private static final long PATIENCE_S = 60;

  private final Process process;
  private final long postmaster;

  OwnerProcess(Path dataDir, Path cache) throws IOException {
    this(dataDir, cache, Map.of());
  }

  OwnerProcess(Path dataDir, Path cache, Map<String, String> environment) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    ProcessBuilder builder = new ProcessBuilder(
        List.of(java, "-cp", classPath, OwnerProcess.class.getName(), dataDir.toString(), cache.toString()));
    builder.environment().putAll(environment);
    process = builder.redirectError(Redirect.INHERIT).start();
    BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    while (line != null && !line.startsWith(STARTED) && !line.startsWith(REFUSED)) { // before it come lines of the log
      line = out.readLine();
    }
    if (line == null || line.startsWith(REFUSED)) { throw new IOException("No server: " + line); }
    postmaster = Long.parseLong(line.substring(STARTED.length()));
  }

  public static void main(String[] arguments) throws IOException {
    try (EmbeddedPostgres server = EmbeddedPostgres.start(Path.of(arguments[0]), Path.of(arguments[1]), true)) {
      System.out.println(STARTED + server.pid());
      System.in.read();
    } catch (EmbeddedPostgresException e) {
      System.out.println(REFUSED + e.getMessage());
    }
  }

  long pid() {
    return process.pid();
  }

  long postmaster() {
    return postmaster;
  }

  /** As {@code kill -9} does. */
  void kill() throws InterruptedException, TimeoutException {
    process.destroyForcibly();
    awaitEnd();
  }

  @Override
  public void close() throws Exception {
    process.getOutputStream().close();
    awaitEnd();
  }

  private void awaitEnd() throws InterruptedException, TimeoutException {
    if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
      throw new TimeoutException("Process " + process.pid() + " does not end");
    }
  }
}
