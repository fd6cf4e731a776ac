package dev.apmexport.store.tenant;

import com.fasterxml.jackson.annotation.JsonValue;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.EnumeratedValue;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;
import org.hibernate.annotations.Generated;
import org.jspecify.annotations.Nullable;

/** A token by its SHA-256; the token itself is known to its owner only. */
@Entity
public class ApiToken {
  private static final int BYTES = 32;

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;
  private byte[] sha256 = {};
  @Enumerated(EnumType.STRING)
  private Scope scope = Scope.TENANT;
  private @Nullable Long tenantId;
  private @Nullable Long testRunId;
  private String instance = "";
  private @Nullable String note;
  @Generated
  @Column(insertable = false, updatable = false)
  private @Nullable Instant createdAt;
  private @Nullable Instant revokedAt;

  /** What a token is good for. */
  public enum Scope {
    /** Whatever its tenant may. */
    TENANT,
    /** Pushing to one run. */
    RUN,
    /** Tenants and their tokens, and nothing of what is theirs. */
    OPERATOR;

    @EnumeratedValue
    @JsonValue
    private final String text = name().toLowerCase(Locale.ROOT);

    @Override
    public String toString() {
      return text;
    }
  }

  protected ApiToken() {}

  private ApiToken(Scope scope, @Nullable TenantId tenant, @Nullable Long testRunId, @Nullable String note,
      String token) {
    this.scope = scope;
    this.tenantId = tenant == null ? null : tenant.value();
    this.testRunId = testRunId;
    this.note = note;
    this.sha256 = digest(token);
  }

  public static ApiToken forTenant(TenantId tenant, String token) {
    return forTenant(tenant, null, token);
  }

  /** @param note what it is for, in the words of whoever asked for it */
  public static ApiToken forTenant(TenantId tenant, @Nullable String note, String token) {
    return new ApiToken(Scope.TENANT, tenant, null, note, token);
  }

  public static ApiToken forRun(TenantId tenant, long testRunId, String token) {
    return forRun(tenant, testRunId, "", token);
  }

  /** @param instance the load generator that pushes with it; empty for the only one */
  public static ApiToken forRun(TenantId tenant, long testRunId, String instance, String token) {
    ApiToken made = new ApiToken(Scope.RUN, tenant, testRunId, null, token);
    made.instance = instance;
    return made;
  }

  public static ApiToken forOperator(String token) {
    return new ApiToken(Scope.OPERATOR, null, null, null, token);
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

  /** Names the token where the token itself must not be said. */
  public long id() {
    return stored(id);
  }

  public Scope scope() {
    return scope;
  }

  /** Whose token it is; an operator's is nobody's. */
  public TenantId tenant() {
    if (tenantId == null) { throw new IllegalStateException("An operator's token has no tenant."); }
    return new TenantId(tenantId);
  }

  /** The one run that a token of scope run may push to; null for every other token. */
  public @Nullable Long testRunId() {
    return testRunId;
  }

  /** The load generator that pushes with a run's token, unless the path names another; empty for the only one. */
  public String instance() {
    return instance;
  }

  public @Nullable String note() {
    return note;
  }

  public Instant createdAt() {
    return stored(createdAt);
  }

  public @Nullable Instant revokedAt() {
    return revokedAt;
  }

  private static <T> T stored(@Nullable T value) {
    if (value == null) { throw new IllegalStateException("The token is not stored yet."); }
    return value;
  }
}
