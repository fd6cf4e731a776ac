package dev.apmexport.api.security;

import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Finds the caller by the token in the Authorization header: {@code Token …}, as k6 says it, or {@code Bearer …}. */
public final class CallerResolver implements HandlerMethodArgumentResolver {
  private final ApiTokenRepository tokens;
  private final DatabasePatience patience;

  public CallerResolver(ApiTokenRepository tokens, DatabasePatience patience) {
    this.tokens = tokens;
    this.patience = patience;
  }

  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return parameter.getParameterType() == Caller.class;
  }

  @Override
  public Caller resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
      NativeWebRequest request, @Nullable WebDataBinderFactory binders) {
    String token = token(request.getHeader(HttpHeaders.AUTHORIZATION));
    Optional<ApiToken> known = patience.call(0, () -> tokens.findById(ApiToken.digest(token)));
    return known.filter(found -> !found.isRevoked() && found.scope().equals("tenant"))
        .map(found -> new Caller(found.tenant())).orElseThrow(() -> new Refused(HttpStatus.UNAUTHORIZED,
            "The token is not known here, or it was revoked. Check K6_CLOUD_TOKEN or the Authorization header."));
  }

  private static String token(@Nullable String header) {
    if (header != null) {
      for (String scheme : new String[]{"Token ", "Bearer "}) {
        if (header.regionMatches(true, 0, scheme, 0, scheme.length())) {
          return header.substring(scheme.length()).strip();
        }
      }
    }
    throw new Refused(HttpStatus.UNAUTHORIZED, "A token is needed: set K6_CLOUD_TOKEN, or send the header "
        + "\"Authorization: Token <token>\" or \"Authorization: Bearer <token>\".");
  }
}
