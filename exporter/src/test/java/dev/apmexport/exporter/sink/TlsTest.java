package dev.apmexport.exporter.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a server whose certificate no public authority has signed. */
class TlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir
  private Path folder;
  private HttpsServer server;
  private HttpTransport http;

  @BeforeEach
  void open() {
    http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(30), Timeout.ofSeconds(30));
  }

  @AfterEach
  void close() {
    http.close();
    server.stop(0);
  }

  /** Starts the server with a certificate for this name; returns the certificate as PEM. */
  private String serve(String host) throws Exception {
    Path store = folder.resolve(host + ".p12");
    keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=" + host, "-ext", "san=dns:" + host, "-validity", "2",
        "-storetype", "PKCS12", "-keystore", store.toString());
    Path pem = folder.resolve(host + ".pem");
    keytool("-exportcert", "-rfc", "-keystore", store.toString(), "-file", pem.toString());
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context(store)));
    server.createContext("/", exchange -> {
      exchange.sendResponseHeaders(204, -1);
      exchange.close();
    });
    server.start();
    return Files.readString(pem);
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = Stream.concat(
        Stream.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()),
        Stream.concat(Stream.of(arguments), Stream.of("-alias", "server", "-storepass", new String(PASSWORD))))
        .toList();
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes());
    assertThat(keytool.waitFor()).as(said).isZero();
  }

  private static SSLContext context(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private int status(Tls tls) throws IOException {
    try (HttpTransport trusting = http.trusting(tls)) {
      return trusting.get(URI.create("https://localhost:" + server.getAddress().getPort() + "/"), Map.of()).status();
    }
  }

  @Test
  void an_unknown_authority_is_not_trusted() throws Exception {
    serve("localhost");
    assertThatThrownBy(() -> status(Tls.STANDARD)).isInstanceOf(SSLException.class);
  }

  @Test
  void an_authority_that_the_block_names_is_trusted() throws Exception {
    assertThat(status(new Tls(serve("localhost"), false))).isEqualTo(204);
  }

  @Test
  void an_authority_other_than_the_named_one_is_not_trusted() throws Exception {
    String other = serve("localhost");
    server.stop(0);
    folder = Files.createDirectory(folder.resolve("again"));
    serve("localhost");
    assertThatThrownBy(() -> status(new Tls(other, false))).isInstanceOf(SSLException.class);
  }

  @Test
  void a_certificate_for_another_host_is_refused_although_its_authority_is_trusted() throws Exception {
    String pem = serve("elsewhere.example");
    assertThatThrownBy(() -> status(new Tls(pem, false))).isInstanceOf(SSLException.class);
  }

  @Test
  void any_certificate_will_do_where_the_check_is_switched_off() throws Exception {
    serve("elsewhere.example");
    assertThat(status(new Tls(null, true))).isEqualTo(204);
  }

  @Test
  void closing_what_shares_connections_leaves_them_open() throws Exception {
    serve("localhost");
    http.trusting(Tls.STANDARD).close();
    assertThatThrownBy(() -> http.get(URI.create("https://localhost:" + server.getAddress().getPort() + "/"), Map.of()))
        .isInstanceOf(SSLException.class); // and not that the transport was closed
  }
}
