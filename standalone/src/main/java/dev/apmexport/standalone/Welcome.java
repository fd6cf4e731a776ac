package dev.apmexport.standalone;

import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.tenant.FirstTenant;
import dev.apmexport.store.tenant.TenantRepository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.server.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.event.EventListener;

/** Admits the first tenant's token, and tells how to use it. */
final class Welcome {
  private final FirstTenant first;
  private final String given;
  private final Path file;
  private int port;

  Welcome(TenantRepository tenants, ApiTokenRepository tokens, @Value("${apm.bootstrap-token:}") String given,
      @Value("${apm.data-dir}") Path data) {
    this.first = new FirstTenant(tenants, tokens);
    this.given = given;
    this.file = data.resolve("token");
  }

  @EventListener
  void listening(ServletWebServerInitializedEvent server) {
    port = server.getWebServer().getPort();
  }

  @EventListener(ApplicationReadyEvent.class)
  void ready() throws IOException {
    String token = given.isBlank() ? kept() : given;
    first.admit(token);
    tell(token);
  }

  /** The generated token is kept in a file that only its owner can read, so that a restart changes nothing. */
  private String kept() throws IOException {
    if (!Files.exists(file)) {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, ApiToken.random());
    }
    return Files.readString(file).strip();
  }

  private void tell(String token) {
    String url = "http://localhost:" + port;
    Standalone.say("""

        The APM export service is ready.

          Address   %s
          Tenant    default
          Token     %s
          Health    %s/actuator/health

        k6 sends its metrics here with:

          export K6_CLOUD_HOST=%s
          export K6_CLOUD_TOKEN=%s
          export K6_CLOUD_TRACES_ENABLED=false

        Destinations on loopback and in private networks are allowed (--apm.egress.allow=private); Ctrl-C stops the service.
        """.formatted(url, token, url, url, token));
  }
}
