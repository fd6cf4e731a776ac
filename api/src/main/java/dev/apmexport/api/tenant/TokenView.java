package dev.apmexport.api.tenant;

import dev.apmexport.store.tenant.ApiToken;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A token as operators see it: everything but the token; {@code id} is a decimal number, as text. */
record TokenView(String id, @Nullable String note, ApiToken.Scope scope, Instant createdAt,
    @Nullable Instant revokedAt) {

  static TokenView of(ApiToken token) {
    return new TokenView(Long.toString(token.id()), token.note(), token.scope(), token.createdAt(), token.revokedAt());
  }
}
