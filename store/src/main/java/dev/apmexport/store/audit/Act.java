package dev.apmexport.store.audit;

import dev.apmexport.store.tenant.ApiToken;

/**
 * Who does something, and by which request; shows no secret.
 *
 * @param tokenId names the token, which itself is never stored
 * @param request such as {@code POST /api/v1/replays from 127.0.0.1}
 */
public record Act(long tokenId, ApiToken.Scope scope, String request) {
  /** For example {@code operator token 3}. */
  public String by() {
    return scope + " token " + tokenId;
  }
}
