package dev.apmexport.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.xerial.snappy.Snappy;

/** Destinations on loopback: one server that takes everything and notes when, and any number that never answer. */
final class Receivers implements AutoCloseable {
  /** A time of these years, in milliseconds, is a varint of six bytes, and every request ends with one. */
  private static final int TIMESTAMP_BYTES = 6;

  private final HttpServer healthy;
  private final List<ServerSocket> silent = new ArrayList<>();
  private final ConcurrentLinkedQueue<Arrival> arrivals = new ConcurrentLinkedQueue<>();

  /** A request's path, the time its points are of, and when it was taken. */
  record Arrival(String path, long atMillis, long nanoTime) {}

  Receivers() throws IOException {
    healthy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
    healthy.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    healthy.createContext("/", this::take);
    healthy.start();
  }

  private void take(HttpExchange exchange) throws IOException {
    byte[] raw = Snappy.uncompress(exchange.getRequestBody().readAllBytes());
    if (raw.length > 0) { // noted before the sender knows of it, who may be the last and close this
      arrivals.add(new Arrival(exchange.getRequestURI().getPath(), timestamp(raw), System.nanoTime()));
    }
    exchange.sendResponseHeaders(204, -1);
    exchange.close();
  }

  private static long timestamp(byte[] raw) {
    long time = 0;
    for (int i = 0; i < TIMESTAMP_BYTES; i++) {
      time |= (long) (raw[raw.length - TIMESTAMP_BYTES + i] & 0x7F) << 7 * i;
    }
    return time;
  }

  /** A destination that takes everything. */
  URI healthy(int index) {
    return URI.create("http://127.0.0.1:" + healthy.getAddress().getPort() + "/" + index);
  }

  /** A destination that lets itself be connected to and never says a word. */
  URI silent() throws IOException {
    ServerSocket socket = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    silent.add(socket);
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
  }

  List<Arrival> arrivals() {
    return List.copyOf(arrivals);
  }

  @Override
  public void close() throws IOException {
    healthy.stop(0);
    for (ServerSocket socket : silent) {
      socket.close();
    }
  }
}
