package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.block.BlockReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.HostnameVerificationPolicy;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.ssl.SSLContexts;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whom a destination's connection trusts, where it is not simply the authorities that Java knows.
 *
 * @param caCert certificates of the authorities to trust, as PEM; null for Java's own
 * @param insecureSkipVerify whether any certificate will do
 */
public record Tls(@Nullable String caCert, boolean insecureSkipVerify) {
  public static final Tls STANDARD = new Tls(null, false);

  /** Reads {@code tls} of a block. */
  public static Tls read(BlockReader block) {
    BlockReader tls = block.object("tls");
    if (tls == null) { return STANDARD; }
    String caCert = tls.text("caCert");
    boolean skip = tls.flag("insecureSkipVerify", false);
    tls.warnOfUnknownKeys();
    if (caCert != null && !areCertificates(caCert)) {
      tls.error("caCert", "must be the text of one or more certificates, each from -----BEGIN CERTIFICATE----- to "
          + "-----END CERTIFICATE-----.");
      return STANDARD;
    }
    if (skip) {
      tls.warning("insecureSkipVerify", "is on: anyone on the way can read and change what is sent, the credentials "
          + "too. "
          + (caCert == null ? "Give caCert instead." : "With caCert it is not needed; caCert is not looked at."));
    }
    return new Tls(caCert, skip);
  }

  /** Writes the key {@code tls} of a block; certificates are open, but long. */
  public void describe(ObjectNode block) {
    if (!equals(STANDARD)) {
      ObjectNode tls = block.putObject("tls");
      if (caCert != null) {
        tls.put("caCert", caCert);
      }
      tls.put("insecureSkipVerify", insecureSkipVerify);
    }
  }

  private static boolean areCertificates(String pem) {
    try {
      return !certificates(pem).isEmpty();
    } catch (CertificateException e) {
      return false;
    }
  }

  private static Collection<? extends Certificate> certificates(String pem) throws CertificateException {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
  }

  TlsSocketStrategy strategy() {
    try {
      if (!insecureSkipVerify) { return new DefaultClientTlsStrategy(trusting()); }
      // The policy keeps Java's own check of the host's name out, too.
      return new DefaultClientTlsStrategy(trustingAll(), HostnameVerificationPolicy.CLIENT,
          NoopHostnameVerifier.INSTANCE);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("The certificates of tls.caCert were checked and cannot be used.", e);
    }
  }

  private static SSLContext trustingAll() throws GeneralSecurityException {
    return SSLContexts.custom().loadTrustMaterial(null, (chain, type) -> true).build();
  }

  private SSLContext trusting() throws GeneralSecurityException, IOException {
    if (caCert == null) { return SSLContexts.createDefault(); }
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int number = 0;
    for (Certificate certificate : certificates(caCert)) {
      store.setCertificateEntry("ca-" + number++, certificate);
    }
    return SSLContexts.custom().loadTrustMaterial(store, null).build();
  }
}
