package dev.apmexport.standalone.demo;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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

/** A Prometheus of one's own on the loopback address, which takes remote writes and scrapes nothing. */
public final class LocalPrometheus implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /**
   * What a destination may be told to do differently.
   *
   * @param outOfOrderWindow how much older than its series' newest a sample may be; zero, the default of Prometheus,
   *   takes samples in order only
   * @param lookback how long a query shows a series' last value
   */
  public record Settings(Duration outOfOrderWindow, Duration lookback) {
    public static final Settings DEFAULT = new Settings(Duration.ZERO, Duration.ofMinutes(5));
  }

  private final Process process;
  private final URI url;
  private final Path log;

  private LocalPrometheus(Process process, URI url, Path log) {
    this.process = process;
    this.url = url;
    this.log = log;
  }

  /** The program, if it is on the {@code PATH}. */
  public static Optional<Path> find() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Arrays.stream(path.split(File.pathSeparator)).filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, "prometheus")).filter(Files::isExecutable).findFirst();
  }

  /**
   * Starts it and returns when it is ready.
   *
   * @param folder for its data, its configuration and its log; data of an earlier start are kept
   */
  public static LocalPrometheus start(Path program, Path folder, Settings settings)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path config = Files.writeString(folder.resolve("prometheus.yml"), config(settings));
    Path log = folder.resolve("prometheus.log");
    String address = "127.0.0.1:" + freePort();
    Process process = new ProcessBuilder(List.of(program.toString(), "--config.file=" + config,
        "--storage.tsdb.path=" + folder.resolve("data"), "--web.listen-address=" + address,
        "--web.enable-remote-write-receiver", "--query.lookback-delta=" + settings.lookback().toMillis() + "ms"))
        .redirectErrorStream(true).redirectOutput(log.toFile()).start();
    var prometheus = new LocalPrometheus(process, URI.create("http://" + address), log);
    try {
      prometheus.awaitReady();
      return prometheus;
    } catch (IOException | InterruptedException | RuntimeException e) {
      prometheus.close();
      throw e;
    }
  }

  private static String config(Settings settings) {
    long window = settings.outOfOrderWindow().toMillis();
    return window == 0 ? "global: {}\n" : """
      storage:
        tsdb:
          out_of_order_time_window: %dms
      """.formatted(window);
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!isReady(url)) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IOException("prometheus ended at once:\n" + Files.readString(log));
      }
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("prometheus was not ready after " + PATIENCE + ":\n" + Files.readString(log));
      }
    }
  }

  /** Whether a Prometheus at this address says that it is ready. */
  static boolean isReady(URI url) throws InterruptedException {
    var request = HttpRequest.newBuilder(url.resolve("/-/ready")).timeout(Duration.ofSeconds(2)).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false; // it does not listen yet
    }
  }

  public long pid() {
    return process.pid();
  }

  public URI url() {
    return url;
  }

  public URI remoteWriteUrl() {
    return url.resolve("/api/v1/write");
  }

  /** Ends the process that was started, and waits for its end. */
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
