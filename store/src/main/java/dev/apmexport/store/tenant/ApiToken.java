package dev.apmexport.store.tenant;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A token by its SHA-256; the token itself is known to its owner only. */
@Entity
public class ApiToken {
  private static final int BYTES = 32;

  @Id
  private byte[] sha256 = {};
  private long tenantId;
  private String scope = "tenant";
  private @Nullable Long testRunId;
  private @Nullable Instant revokedAt;

  protected ApiToken() {}

  /** A token that may do whatever its tenant may. */
  public static ApiToken forTenant(TenantId tenant, String token) {
    ApiToken stored = new ApiToken();
    stored.sha256 = digest(token);
    stored.tenantId = tenant.value();
    return stored;
  }

  /** A new token: 256 random bits, in letters that need no quoting. */
  public static String random() {
    byte[] bits = new byte[BYTES];
    new SecureRandom().nextBytes(bits);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
  }

  public static byte[] digest(String token) {
    return digest(token.getBytes(StandardCharsets.UTF_8));
  }

  /** SHA-256. */
  public static byte[] digest(byte[] data) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(data);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  public TenantId tenant() {
    return new TenantId(tenantId);
  }

  public String scope() {
    return scope;
  }

  /** The one run a token of scope {@code run} may push to. */
  public @Nullable Long testRunId() {
    return testRunId;
  }

  public boolean isRevoked() {
    return revokedAt != null;
  }
}
