package dev.apmexport.store.tenant;

/** The tenant that is there from the start, so that a new installation can be used at once. */
public final class FirstTenant {
  public static final String NAME = "default";

  private final TenantRepository tenants;
  private final ApiTokenRepository tokens;

  public FirstTenant(TenantRepository tenants, ApiTokenRepository tokens) {
    this.tenants = tenants;
    this.tokens = tokens;
  }

  /** Sees to it that the tenant exists and that this token is one of its tokens. */
  public void admit(String token) {
    Tenant tenant = tenants.findByName(NAME).orElseGet(() -> tenants.save(new Tenant(NAME)));
    if (!tokens.existsById(ApiToken.digest(token))) {
      tokens.save(ApiToken.forTenant(tenant.id(), token));
    }
  }
}
