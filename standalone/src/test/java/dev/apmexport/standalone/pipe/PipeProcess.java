package dev.apmexport.standalone.pipe;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The pipe as a process of its own, whose stdin a test writes. */
final class PipeProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 240;
  /** Whatever runs in the background of a script ignores Ctrl-C, and so does what it starts, unless told otherwise. */
  private static final List<String> HEARS_INTERRUPTS = System.getProperty("os.name").equals("Linux")
      ? List.of("env", "--default-signal=INT")
      : List.of();

  private final Process process;
  private final Path out;
  private final Path err;

  /** How it ended, and what it said where. */
  record Ended(int exitCode, String out, String err) {
    String lastLine() {
      return err.strip().lines().reduce("", (_, line) -> line);
    }
  }

  /** @param settings variables; those of the test's own environment that mean something to the pipe are taken off */
  PipeProcess(Path folder, Map<String, String> settings, String... flags) throws IOException {
    out = Files.createTempFile(folder, "pipe", ".out");
    err = Files.createTempFile(folder, "pipe", ".err");
    var command = new ArrayList<>(HEARS_INTERRUPTS);
    command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xmx256m",
        "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
        Pipe.class.getName()));
    command.addAll(List.of(flags));
    ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().keySet()
        .removeIf(name -> name.startsWith("K6_") || name.startsWith("APM_") || name.equals("JAVA_TOOL_OPTIONS"));
    builder.environment().put("APM_PIPE_DRAIN", "3m"); // a slow machine's receiver may need it
    builder.environment().putAll(settings);
    process = builder.start();
  }

  OutputStream in() {
    return process.getOutputStream();
  }

  /** Writes to its stdin. */
  PipeProcess write(byte[] bytes) throws IOException {
    in().write(bytes);
    in().flush();
    return this;
  }

  PipeProcess signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    return this;
  }

  String said() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }

  /** What it has passed on to stdout so far. */
  String passedOn() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends its stdin and waits until it has ended. */
  Ended end() throws IOException, InterruptedException {
    try {
      in().close();
    } catch (IOException gone) {
      // It has ended already.
    }
    return exited();
  }

  /** Waits until it has ended. */
  Ended exited() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("The pipe did not end:\n" + said());
    }
    return new Ended(process.exitValue(), passedOn(), said());
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
