package dev.apmexport.store.tenant;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;

/** The tokens that are there from the start, so that a new installation can be used at once. */
public final class FirstTokens {
  public static final String FIRST_TENANT = "default";
  private static final Logger LOG = LoggerFactory.getLogger(FirstTokens.class);

  private final TenantRepository tenants;
  private final ApiTokenRepository tokens;

  public FirstTokens(TenantRepository tenants, ApiTokenRepository tokens) {
    this.tenants = tenants;
    this.tokens = tokens;
  }

  /** Sees to it that the first tenant exists and that this token is one of its tokens; a revoked one stays revoked. */
  public void admitTenant(String token) {
    ApiToken known = stored(ApiToken.forTenant(firstTenant().id(), token), token);
    if (known.revokedAt() != null) {
      LOG.warn("The first tenant's token was revoked at {}; requests with it are refused.", known.revokedAt());
    }
  }

  /** Makes this token the operators' only one, so that who replaces a token that leaked is rid of it. */
  public void admitOperator(String token) {
    ApiToken known = stored(ApiToken.forOperator(token), token);
    if (known.scope() != ApiToken.Scope.OPERATOR) {
      throw new IllegalStateException("The operator's token is the token of a tenant already; choose another one.");
    }
    tokens.keepOneOperator(ApiToken.digest(token));
  }

  private Tenant firstTenant() {
    return tenants.findByName(FIRST_TENANT).orElseGet(() -> {
      try {
        return tenants.save(new Tenant(FIRST_TENANT));
      } catch (DataIntegrityViolationException e) {
        return tenants.findByName(FIRST_TENANT).orElseThrow(() -> e); // made by another process that starts now
      }
    });
  }

  private ApiToken stored(ApiToken wanted, String token) {
    byte[] sha256 = ApiToken.digest(token);
    return tokens.findBySha256(sha256).orElseGet(() -> {
      try {
        return tokens.save(wanted);
      } catch (DataIntegrityViolationException e) {
        return tokens.findBySha256(sha256).orElseThrow(() -> e); // stored by another process that starts now
      }
    });
  }
}
