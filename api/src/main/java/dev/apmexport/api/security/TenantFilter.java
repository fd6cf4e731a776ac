package dev.apmexport.api.security;

import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import dev.apmexport.store.tenant.TenantWall;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Looks up the token of every request, and serves a tenant's requests behind the tenant's wall. Asks the database every
 * time, so that a revoked token is refused at once. Who has no token, or a wrong one, is refused later, by what needs
 * one.
 */
public final class TenantFilter extends OncePerRequestFilter {
  static final String TOKEN = TenantFilter.class.getName();
  private static final String[] SCHEMES = {"Token ", "Bearer "};
  private static final String BASIC = "Basic ";

  private final ApiTokenRepository tokens;
  private final DatabasePatience patience;
  private final HandlerExceptionResolver refusals;

  public TenantFilter(ApiTokenRepository tokens, DatabasePatience patience, HandlerExceptionResolver refusals) {
    this.tokens = tokens;
    this.patience = patience;
    this.refusals = refusals;
  }

  @Override
  protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<ApiToken> token;
    try {
      token = known(sent(request));
    } catch (RuntimeException e) { // out here, nobody else would say it in the caller's format
      if (refusals.resolveException(request, response, null, e) == null) { throw e; }
      return;
    }
    token.ifPresent(found -> request.setAttribute(TOKEN, found));
    if (token.isEmpty() || token.get().scope() == ApiToken.Scope.OPERATOR) {
      chain.doFilter(request, response);
    } else {
      serve(token.get(), request, response, chain);
    }
  }

  private static void serve(ApiToken token, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      TenantWall.within(token.tenant(), () -> {
        chain.doFilter(request, response);
        return true;
      });
    } catch (ServletException | IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new ServletException(e);
    }
  }

  private Optional<ApiToken> known(@Nullable String token) {
    return token == null ? Optional.empty()
        : patience.call(0, () -> tokens.findBySha256(ApiToken.digest(token)))
            .filter(found -> found.revokedAt() == null);
  }

  /** The token as it was sent; null where there is none. Senders of remote write may send it as a password. */
  public static @Nullable String sent(HttpServletRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (header != null && request.getRequestURI().endsWith("/write")
        && header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return password(header.substring(BASIC.length()).strip());
    }
    if (header != null) {
      for (String scheme : SCHEMES) {
        if (header.regionMatches(true, 0, scheme, 0, scheme.length())) {
          return header.substring(scheme.length()).strip();
        }
      }
    }
    return null;
  }

  private static @Nullable String password(String encoded) {
    try {
      String userAndPassword = new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
      int colon = userAndPassword.indexOf(':');
      return colon < 0 ? null : userAndPassword.substring(colon + 1);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
