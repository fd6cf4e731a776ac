package dev.apmexport.standalone;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** Takes everything below /good, and refuses all else with a page that repeats every header and the address. */
final class EchoingReceiver implements AutoCloseable {
  private final HttpServer server;
  private final Set<String> heard = ConcurrentHashMap.newKeySet();

  EchoingReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    String request = exchange.getRequestURI() + " " + exchange.getRequestHeaders().entrySet();
    heard.add(request);
    boolean good = exchange.getRequestURI().getPath().startsWith("/good");
    byte[] body = (good ? "{}" : "You sent: " + request).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(good ? 202 : 401, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** Addresses and headers of all requests. */
  String heard() {
    return heard.toString();
  }

  String url(String path) {
    return "http://localhost:" + server.getAddress().getPort() + path;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
