package dev.apmexport.standalone.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** Stands before a receiver, on the loopback address, and lets requests go wrong in the order it was told. */
public final class FaultProxy implements AutoCloseable {
  private static final Duration OUTAGE = Duration.ofMillis(1_500);

  private final URI receiver;
  private final HttpServer server;
  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Queue<Fault> script = new ConcurrentLinkedQueue<>();
  private final Queue<Fault> happened = new ConcurrentLinkedQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile long downUntil = System.nanoTime();

  /** What becomes of one request. */
  public enum Fault {
    NONE,
    /** 503; the receiver hears nothing. */
    BUSY,
    /** 429 that asks to come back in a second; the receiver hears nothing. */
    LIMITED,
    /** The receiver takes the request; the sender is told 500. */
    FAILED_AFTER,
    /** The connection ends where the answer should begin; the receiver hears nothing. */
    TORN_BEFORE,
    /** The same, but the receiver has taken the request. */
    TORN_AFTER,
    /** No answer ever comes; the receiver hears nothing. */
    SILENT,
    /** The same, but the receiver has taken the request. */
    SILENT_AFTER,
    /** From here on every connection ends without an answer, for more than a second. */
    DOWN,
    /** 204, as if the receiver had taken the request; it hears nothing. */
    SWALLOWED
  }

  /** @param receiver the address before which it stands */
  public FaultProxy(URI receiver) throws IOException {
    this.receiver = receiver;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  /** The receiver's address, as it is to be reached through here. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + receiver.getRawPath());
  }

  /** What is to become of the next requests; those after them go through. */
  public void next(Fault... faults) {
    script.addAll(Arrays.asList(faults));
  }

  /** What became of the requests so far. */
  public Collection<Fault> happened() {
    return happened;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (System.nanoTime() - downUntil < 0) { return; }
      Fault fault = Objects.requireNonNullElse(script.poll(), Fault.NONE);
      happened.add(fault);
      switch (fault) {
        case NONE -> {
          HttpResponse<byte[]> answer = forward(exchange, body);
          answer(exchange, answer.statusCode(), answer.body());
        }
        case BUSY -> answer(exchange, 503, new byte[0]);
        case LIMITED -> {
          exchange.getResponseHeaders().add("Retry-After", "1");
          answer(exchange, 429, new byte[0]);
        }
        case FAILED_AFTER -> {
          forward(exchange, body);
          answer(exchange, 500, new byte[0]);
        }
        case TORN_BEFORE -> {}
        case TORN_AFTER -> forward(exchange, body);
        case SILENT -> closed.await();
        case SILENT_AFTER -> {
          forward(exchange, body);
          closed.await();
        }
        case DOWN -> downUntil = System.nanoTime() + OUTAGE.toNanos();
        case SWALLOWED -> answer(exchange, 204, new byte[0]);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(receiver)
        .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body)).timeout(Duration.ofSeconds(10));
    exchange.getRequestHeaders().forEach((name, values) -> {
      if (name.startsWith("Content-") && !name.equalsIgnoreCase("Content-Length") || name.startsWith("X-")) {
        values.forEach(value -> request.header(name, value));
      }
    });
    return http.send(request.build(), BodyHandlers.ofByteArray());
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() throws InterruptedException {
    closed.countDown();
    server.stop(0);
    http.shutdownNow();
    http.awaitTermination(Duration.ofSeconds(5));
  }
}
