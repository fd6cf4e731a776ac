package dev.apmexport.standalone;

import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.tenant.FirstTokens;
import dev.apmexport.store.tenant.TenantRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.event.EventListener;

/** Admits the first tenant's and the operator's token, and tells how to use them. */
final class Welcome {
  private final FirstTokens first;
  private final String givenToken;
  private final String givenOperatorToken;
  private final Path data;
  private int port;

  Welcome(TenantRepository tenants, ApiTokenRepository tokens, @Value("${apm.bootstrap-token:}") String givenToken,
      @Value("${apm.operator-token:}") String givenOperatorToken, @Value("${apm.data-dir}") Path data) {
    this.first = new FirstTokens(tenants, tokens);
    this.givenToken = givenToken;
    this.givenOperatorToken = givenOperatorToken;
    this.data = data;
  }

  @EventListener
  void listening(ServletWebServerInitializedEvent server) {
    port = server.getWebServer().getPort();
  }

  @EventListener(ApplicationReadyEvent.class)
  void ready() throws IOException {
    String token = givenToken.isBlank() ? kept(data.resolve("token")) : givenToken;
    first.admitTenant(token);
    Path operatorFile = data.resolve("operator.token");
    first.admitOperator(givenOperatorToken.isBlank() ? kept(operatorFile) : givenOperatorToken);
    // A token that was given is known to whoever gave it, and need not stand in one more log.
    tell(givenToken.isBlank() ? token : "$APM_BOOTSTRAP_TOKEN",
        givenOperatorToken.isBlank() ? "token in " + operatorFile : "with the token given");
  }

  /** A generated token is kept in a file that only its owner can read, so that a restart changes nothing. */
  private static String kept(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    if (Files.size(file) == 0) { // new, or left so by a start that did not get further
      Files.writeString(file, ApiToken.random());
    }
    return Files.readString(file).strip();
  }

  private void tell(String token, String operator) {
    String url = "http://localhost:" + port;
    Standalone.say("""

        The APM export service is ready.

          Address   %s
          Tenant    default
          Token     %s
          Operator  %s
          Health    %s/actuator/health

        k6 sends its metrics here with:

          export K6_CLOUD_HOST=%s
          export K6_CLOUD_TOKEN=%s
          export K6_CLOUD_TRACES_ENABLED=false

        Destinations on loopback and in private networks are allowed (--apm.egress.allow=private); Ctrl-C stops the service.
        """.formatted(url, token, operator, url, url, token));
  }
}
