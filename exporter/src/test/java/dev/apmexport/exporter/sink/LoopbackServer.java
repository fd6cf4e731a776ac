package dev.apmexport.exporter.sink;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A small HTTP server that can also misbehave. It answers every request with what it was told last. */
public final class LoopbackServer implements AutoCloseable {
  private final ServerSocket socket;
  private final Thread acceptor;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Answer answer = Answer.of(204);

  /** A request as it came; of a header that came twice both values, with a comma between. */
  public record Request(String line, Map<String, String> headers, byte[] body) {}

  /** Writes an answer, and then may do worse. */
  @FunctionalInterface
  public interface Answer {
    void give(Request request, Socket to, OutputStream out) throws IOException;

    static Answer of(int status, String body, String... headers) {
      return (_, _, out) -> {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Whatever\r\n");
        for (String header : headers) {
          head.append(header).append("\r\n");
        }
        if (status != 204) {
          head.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.write(bytes);
      };
    }

    static Answer of(int status) {
      return of(status, "");
    }

    /** The connection is torn down where the answer should begin. */
    static Answer reset() {
      return (_, to, _) -> {
        to.setSoLinger(true, 0);
        to.close();
      };
    }

    /** The connection stays open and nothing comes. */
    static Answer silence() {
      return (_, _, _) -> {};
    }

    /** A body that never ends. */
    static Answer endless(int status) {
      return (_, _, out) -> {
        out.write(("HTTP/1.1 " + status + " Whatever\r\nTransfer-Encoding: chunked\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1));
        byte[] chunk = ("1000\r\n" + "x".repeat(0x1000) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        while (true) {
          out.write(chunk);
        }
      };
    }
  }

  public LoopbackServer() {
    try {
      socket = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    acceptor = Thread.ofVirtual().start(this::accept);
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  public int port() {
    return socket.getLocalPort();
  }

  public void answer(Answer next) {
    answer = next;
  }

  public List<Request> requests() {
    return requests;
  }

  /** How many connections were made, whether or not a request came. */
  public int connections() {
    return connections.get();
  }

  /** Breaks all connections; new ones are taken. */
  public void hangUp() {
    for (Socket client : open) {
      try {
        client.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = socket.accept();
        connections.incrementAndGet();
        open.add(client);
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException closed) {
      // The server was closed.
    }
  }

  private void serve(Socket client) {
    try (client) {
      client.setTcpNoDelay(true); // an answer is written in two pieces
      InputStream in = new BufferedInputStream(client.getInputStream());
      while (true) {
        Request request = read(in);
        if (request == null) { return; }
        requests.add(request);
        answer.give(request, client, client.getOutputStream());
        client.getOutputStream().flush();
      }
    } catch (IOException gone) {
      // The client left, as it may.
    }
  }

  private static Request read(InputStream in) throws IOException {
    String line = line(in);
    if (line.isEmpty()) { return null; }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      if (colon < 0) { throw new IOException("This is not HTTP."); }
      headers.merge(header.substring(0, colon), header.substring(colon + 1).strip(), (a, b) -> a + "," + b);
    }
    return new Request(line, headers, in.readNBytes(Integer.parseInt(headers.getOrDefault("Content-Length", "0"))));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.write(c);
    }
    return line.toString(StandardCharsets.ISO_8859_1).strip();
  }

  @Override
  public void close() {
    try {
      socket.close();
      acceptor.join(); // only then is the port closed
      for (Socket client : open) {
        client.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
