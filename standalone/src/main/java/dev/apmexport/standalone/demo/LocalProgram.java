package dev.apmexport.standalone.demo;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A server started for as long as it is needed, with a log of its own. */
final class LocalProgram implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final String name;
  private final Process process;
  private final Path log;

  private LocalProgram(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /** The program, if it is on the {@code PATH}. */
  static Optional<Path> find(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(File.pathSeparator)).filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).findFirst();
  }

  /** A host and port on the loopback address where nobody listens. */
  static String freeAddress() throws IOException {
    return "127.0.0.1:" + FreePort.find();
  }

  /**
   * Starts it and returns when it is ready.
   *
   * @param ready what it answers with 200 from then on
   */
  static LocalProgram start(String name, List<String> command, Path log, URI ready)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    var started = new LocalProgram(name, process, log);
    try {
      started.await(ready);
      return started;
    } catch (IOException | InterruptedException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private void await(URI ready) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!answers(ready)) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IOException(name + " ended at once:\n" + Files.readString(log));
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException(name + " was not ready after " + PATIENCE + ":\n" + Files.readString(log));
      }
    }
  }

  /** Whether this is answered with 200. */
  static boolean answers(URI url) throws InterruptedException {
    var request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(2)).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // it does not listen yet
    }
  }

  long pid() {
    return process.pid();
  }

  /** Ends the process, and waits for its end. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
