package dev.apmexport.api.security;

import dev.apmexport.store.audit.Act;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Who calls, where tenants may do something with what is theirs and operators with what is anybody's; a controller that
 * takes one is open to both, and not to holders of a run's token.
 *
 * @param request by which it is asked, for the audit log
 */
public record TenantOrOperator(ApiToken token, String request) {
  /** Whose things it is about; null for an operator, who may name anybody's. */
  public @Nullable TenantId tenant() {
    return token.scope() == ApiToken.Scope.OPERATOR ? null : token.tenant();
  }

  public boolean maySee(TenantId owner) {
    TenantId own = tenant();
    return own == null || own.equals(owner);
  }

  public Act act() {
    return new Act(token.id(), token.scope(), request);
  }
}
