package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A Prometheus of one's own on the loopback address, which takes remote writes and scrapes nothing. */
public final class LocalPrometheus implements AutoCloseable {
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

  private final LocalProgram program;
  private final URI url;

  private LocalPrometheus(LocalProgram program, URI url) {
    this.program = program;
    this.url = url;
  }

  /** The program, if it is on the {@code PATH}. */
  public static Optional<Path> find() {
    return LocalProgram.find("prometheus");
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
    String address = LocalProgram.freeAddress();
    URI url = URI.create("http://" + address);
    List<String> command = List.of(program.toString(), "--config.file=" + config,
        "--storage.tsdb.path=" + folder.resolve("data"), "--web.listen-address=" + address,
        "--web.enable-remote-write-receiver", "--query.lookback-delta=" + settings.lookback().toMillis() + "ms");
    return new LocalPrometheus(
        LocalProgram.start("prometheus", command, folder.resolve("prometheus.log"), ready(url)), url);
  }

  private static String config(Settings settings) {
    long window = settings.outOfOrderWindow().toMillis();
    return window == 0 ? "global: {}\n" : """
      storage:
        tsdb:
          out_of_order_time_window: %dms
      """.formatted(window);
  }

  /** Whether a Prometheus at this address says that it is ready. */
  static boolean isReady(URI url) throws InterruptedException {
    return LocalProgram.answers(ready(url));
  }

  private static URI ready(URI url) {
    return url.resolve("/-/ready");
  }

  public long pid() {
    return program.pid();
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
    program.close();
  }
}
