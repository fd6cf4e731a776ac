package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * {@code k6 run -o json=- script.js | ./run pipe}: sends a run's metrics to a remote write receiver while it runs. What
 * k6 says to people goes through to stdout, what the pipe says goes to stderr. Exits with 0 where everything was sent
 * and taken, with 1 where not, with 2 where a setting is wrong.
 */
public final class Pipe {
  private static final String FLAG = "--apm.pipe.";
  private static final Pattern NAME = Pattern.compile("[\\w.-]{1,80}");
  private static final List<String> ENDING_SIGNALS = List.of("INT", "TERM", "HUP");
  private static final int NOT_ALL = 1;
  private static final int WRONG_SETTINGS = 2;
  private static final int GZIP = 0x1f8b;
  private static final int BUFFER = 64 << 10;
  /** After Ctrl-C k6 ends gracefully, for which it takes 30 s unless told otherwise. */
  private static final long K6_ENDS_WITHIN_SECONDS = 60;

  private final PrintStream err;
  private final Timeline time = new WallClock();
  private final ThreadFactory threads = Thread.ofVirtual().factory();
  private final List<String> unknown = new ArrayList<>();
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private volatile boolean brokenOff;
  private volatile @Nullable Integer exitCode;

  private Pipe(PrintStream err) {
    this.err = err;
  }

  public static void main(String[] arguments) {
    System.setProperty("logback.configurationFile", "logback-pipe.xml"); // else the log goes to stdout
    PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    System.exit(new Pipe(err).run(arguments, new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out)));
  }

  private int run(String[] arguments, InputStream in, OutputStream out) {
    PipeSettings.Outcome read = PipeSettings.read(environment(arguments), Runtime.getRuntime().maxMemory() / 2);
    read.notes().forEach(note -> err.println("Note: " + note));
    unknown.forEach(argument -> err.println("Wrong: ./run pipe does not know " + shown(argument)
        + ". Variables stand before it: K6_PROMETHEUS_REMOTE_URL=… ./run pipe."));
    read.faults().forEach(fault -> err.println("Wrong: " + fault));
    PipeSettings settings = read.settings();
    if (settings == null || !unknown.isEmpty()) {
      err.println("Nothing is sent, and k6 breaks off if it has begun. ./run pipe --help lists the settings.");
      return WRONG_SETTINGS;
    }
    err.println("Sending to " + settings.sink().destination()
        + (settings.raw() ? ", every sample at its own time." : ", windows of " + settings.seconds() + " s."));
    // A tool that a person runs on a machine of their own may go wherever that person can.
    try (var http = new HttpTransport(EgressPolicy.parse("0.0.0.0/0,::/0"), Timeout.ofSeconds(5),
        Timeout.ofSeconds(15)); var run = new PipedRun(settings, out, http, time, threads)) {
      return run(run, in);
    }
  }

  /** Flags mean the same as variables: {@code --apm.pipe.buffer=64m} as {@code APM_PIPE_BUFFER=64m}. */
  private Map<String, String> environment(String[] arguments) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (argument.startsWith(FLAG) && equals > 0) {
        String name = argument.substring("--".length(), equals).replace('.', '_').toUpperCase(Locale.ROOT);
        environment.put(name, argument.substring(equals + 1));
      } else {
        unknown.add(argument);
      }
    }
    return environment;
  }

  /** What was meant as a variable may hold a secret, and so may any text that is no name. */
  private static String shown(String argument) {
    String name = argument.split("=", 2)[0];
    if (!NAME.matcher(name).matches()) { return "one of its arguments, which is not shown, as it may be secret"; }
    return "\"" + name + (name.equals(argument) ? "\"" : "=…\"");
  }

  private int run(PipedRun run, InputStream in) {
    ENDING_SIGNALS.forEach(name -> Signal.handle(new Signal(name), _ -> interrupted(run)));
    Watch watch = new Watch(run.outflow(), time, err, Boolean.getBoolean("apm.pipe.progress"));
    threads.newThread(watch).start();
    boolean whole = true;
    try {
      run.take(unpacked(in));
    } catch (IOException e) {
      whole = false;
      err.println("The input broke off: " + e.getMessage());
    }
    int code = end(run);
    return whole ? code : NOT_ALL;
  }

  private static InputStream unpacked(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, BUFFER);
    buffered.mark(2);
    int magic = buffered.read() << 8 | buffered.read();
    buffered.reset();
    return magic == GZIP ? new GZIPInputStream(buffered, BUFFER) : buffered;
  }

  /** Sends what is left and says what has come of it all, once. */
  private synchronized int end(PipedRun run) {
    Integer known = exitCode;
    if (known != null) { return known; }
    run.finish();
    Closing closing = run.closing();
    closing.lines().forEach(err::println);
    int code = brokenOff ? NOT_ALL : closing.exitCode();
    exitCode = code;
    return code;
  }

  /**
   * Ctrl-C reaches k6 and the pipe alike, and k6 has something to write yet. Who presses it again, or when k6 has ended,
   * does not want to wait. A shutdown hook would not learn of that: Java takes no second signal.
   */
  private void interrupted(PipedRun run) {
    if (exitCode == null && (interrupted.getAndSet(true) || run.hasInputEnded())) {
      err.println("Interrupted: what waits is not sent.");
      brokenOff = true;
      run.breakOff();
    } else if (exitCode == null) {
      err.println("Interrupted: what k6 still writes is taken, for " + K6_ENDS_WITHIN_SECONDS
          + " s at most, and sent before this ends. Another signal ends it at once.");
      run.awaitInputEnd(K6_ENDS_WITHIN_SECONDS);
    }
    Runtime.getRuntime().halt(end(run));
  }
}
