package dev.apmexport.api.apm;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.WriteResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.util.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks destinations once whether they would take an export's points, and writes none. */
public final class ConnectionTest implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionTest.class);
  private static final Timeout CONNECT = Timeout.ofSeconds(5);
  private static final Timeout ANSWER = Timeout.ofSeconds(10);
  private static final Duration TOGETHER = Duration.ofSeconds(20);

  private final HttpTransport http;
  private final Duration together;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  public ConnectionTest(EgressPolicy egress) {
    this(egress, TOGETHER);
  }

  ConnectionTest(EgressPolicy egress, Duration together) {
    this.http = new HttpTransport(egress, CONNECT, ANSWER);
    this.together = together;
  }

  /** @param detail a sentence, without any secret */
  record Connection(boolean ok, String detail) {}

  /** Tests all at once; the results are in the order of the exports. */
  List<Connection> test(List<ExportConfig> exports) {
    try {
      List<Connection> results = new ArrayList<>();
      List<Future<Connection>> asked = threads.invokeAll(
          exports.stream().<Callable<Connection>>map(export -> () -> test(export.sink())).toList(), together.toMillis(),
          TimeUnit.MILLISECONDS);
      for (int i = 0; i < asked.size(); i++) {
        results.add(result(asked.get(i), exports.get(i).sink()));
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The service stops.", e);
    }
  }

  private Connection result(Future<Connection> asked, SinkConfig sink) throws InterruptedException {
    try {
      return asked.get();
    } catch (CancellationException e) {
      return new Connection(false,
          "There was no answer from " + sink.destination() + " within " + together.toSeconds() + " s.");
    } catch (ExecutionException e) {
      LOG.error("The connection to {} could not be tested.", sink.destination(), e.getCause());
      return new Connection(false,
          "The service failed to test the connection to " + sink.destination() + "; its log tells why.");
    }
  }

  private Connection test(SinkConfig config) throws InterruptedException {
    try (Sink sink = config.open(http)) {
      return said(sink.examine(), config.destination());
    }
  }

  private static Connection said(WriteResult result, String to) {
    return switch (result) {
      case WriteResult.Accepted _ -> new Connection(true, to + " answers and accepts the credentials.");
      case WriteResult.NotAuthorized(String reason) -> failed(to + " refuses the credentials or the address", reason);
      case WriteResult.Invalid(String reason, _) -> failed(to + " answers and refuses the request", reason);
      case WriteResult.TooLarge(String reason, _) -> failed(to + " refuses even an empty request as too large", reason);
      case WriteResult.WrongFormat(String reason) -> failed(to + " does not take this format", reason);
      case WriteResult.RetryLater(var _, String reason, Duration _) -> failed(to + " takes nothing at the moment",
          reason);
    };
  }

  private static Connection failed(String what, String reason) {
    return new Connection(false, what + ": " + reason + (reason.endsWith(".") ? "" : "."));
  }

  @Override
  public void close() {
    threads.shutdownNow();
    http.close();
  }
}
