package dev.apmexport.db;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Starts a server on a cluster that has none, with a log that goes on where the last one's ended. */
final class Launch {
  /** Another process took the port first, or sessions of a killed server have not noticed yet that it is gone. */
  private static final Pattern PASSING = Pattern.compile("could not create any TCP/IP sockets|is still in use");
  private static final Duration UNTIL_PASSED = Duration.ofSeconds(30);
  private static final Duration BEFORE_NEXT = Duration.ofMillis(100);
  private static final int LAST_WORDS = 1_000;

  private final Cluster cluster;
  private final Programs programs;
  private final Path log;
  private final boolean durable;

  Launch(Cluster cluster, Programs programs, Path log, boolean durable) throws IOException {
    this.cluster = cluster;
    this.programs = programs;
    this.log = Cluster.privateFile(log);
    this.durable = durable;
  }

  /** Returns when the server is ready. */
  Postmaster run() throws IOException {
    programs.own(cluster.dir());
    long giveUp = System.nanoTime() + UNTIL_PASSED.toNanos();
    while (true) {
      long logged = Files.size(log);
      int port = freePort();
      Process process = programs.start(log, "postgres", arguments(port));
      Postmaster postmaster = new Postmaster(process.toHandle(), port, false);
      if (postmaster.awaitReady(cluster)) { return postmaster; }
      String said = logFrom(logged);
      if (!PASSING.matcher(said).find() || System.nanoTime() > giveUp) {
        String lastWords = said.substring(Math.max(0, said.length() - LAST_WORDS));
        throw new EmbeddedPostgresException("PostgreSQL did not start; its last words in " + log + ": " + lastWords);
      }
      Postmaster.pause(BEFORE_NEXT);
    }
  }

  private List<String> arguments(int port) {
    return List.of("-D", cluster.data().toString(), //
        "-c", "listen_addresses=127.0.0.1", //
        "-c", "port=" + port, //
        "-c", "unix_socket_directories=", //
        "-c", "max_connections=100", //
        "-c", "shared_buffers=128MB", //
        "-c", "synchronous_commit=on", //
        "-c", "fsync=" + (durable ? "on" : "off"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private String logFrom(long position) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(log).position(position)) {
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
