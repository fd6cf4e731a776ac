package dev.apmexport.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresAccessTest extends EmbeddedPostgresKit {
  @Test
  void a_wrong_password_is_refused() throws SQLException {
    try (EmbeddedPostgres server = start()) {
      assertThat(ask(server, "SHOW password_encryption")).isEqualTo("scram-sha-256");
      for (String password : List.of("wrong", "")) {
        assertThatThrownBy(() -> DriverManager.getConnection(server.jdbcUrl(), server.username(), password))
            .isInstanceOf(SQLException.class)
            .hasMessageContaining("password");
      }
    }
  }

  @Test
  void listens_on_the_loopback_address_only() throws Exception {
    try (EmbeddedPostgres server = start()) {
      assertThat(ask(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(ask(server, "SHOW unix_socket_directories")).isEmpty();
      int port = URI.create(server.jdbcUrl().substring("jdbc:".length())).getPort();
      List<InetAddress> others = NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> !address.isLoopbackAddress())
          .toList();
      for (InetAddress other : others) {
        try (Socket socket = new Socket()) {
          assertThatExceptionOfType(ConnectException.class)
              .isThrownBy(() -> socket.connect(new InetSocketAddress(other, port), 5_000));
        }
      }
    }
  }

  @Test
  void other_users_can_read_neither_data_nor_password_and_change_no_program() throws IOException {
    try (EmbeddedPostgres _ = start()) {
      assertThat(mode(dataDir.resolve("pg"))).isEqualTo("rwx------");
      assertThat(mode(dataDir.resolve("pg/data"))).isEqualTo("rwx------");
      assertThat(mode(dataDir.resolve("pg/password"))).isEqualTo("rw-------");
      assertThat(mode(dataDir.resolve("pg.log"))).isEqualTo("rw-------");
      assertThat(mode(dataDir.resolve("lock"))).isEqualTo("rw-------");
      assertThat(mode(cache.resolve("bin-18.4.0"))).isEqualTo("rwxr-xr-x");
      assertThat(mode(cache.resolve("bin-18.4.0/bin/postgres"))).isEqualTo("rwxr-xr-x");
    }
  }

  @Test
  void root_becomes_nobody_where_there_are_no_user_namespaces() throws Exception {
    assumeThat(new UnixSystem().getUid()).isZero();
    try (EmbeddedPostgres first = start()) {
      execute(first, "CREATE TABLE kept AS SELECT 42 AS answer");
    }
    try (OwnerProcess owner = new OwnerProcess(dataDir, cache, Map.of("PATH", pathWithBrokenUnshare()))) {
      assertThat(Files.getAttribute(Path.of("/proc", Long.toString(owner.postmaster())), "unix:uid"))
          .isEqualTo(65534);
    }
    try (EmbeddedPostgres back = start()) {
      assertThat(ask(back, "SELECT answer FROM kept")).isEqualTo("42");
    }
  }

  private String pathWithBrokenUnshare() throws IOException {
    Path bin = Files.createDirectory(temporary.resolve("bin"));
    Path unshare = Files.writeString(bin.resolve("unshare"), "#!/bin/sh\nexit 1\n");
    Files.setPosixFilePermissions(unshare, PosixFilePermissions.fromString("rwxr-xr-x"));
    return bin + ":" + System.getenv("PATH");
  }

  private static String mode(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
