package dev.apmexport.api.security;

import dev.apmexport.store.tenant.ApiToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Says who calls, by the token in the Authorization header: {@code Token …}, as k6 says it, or {@code Bearer …}. */
public final class CallerResolver implements HandlerMethodArgumentResolver {
  private static final Set<Class<?>> TYPES = Set.of(Caller.class, Operator.class, TenantOrOperator.class);

  @Override
  public boolean supportsParameter(MethodParameter parameter) {
    return TYPES.contains(parameter.getParameterType());
  }

  @Override
  public Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
      NativeWebRequest request, @Nullable WebDataBinderFactory binders) {
    ApiToken token = token(request);
    if (parameter.getParameterType() == TenantOrOperator.class) { return tenantOrOperator(token, request); }
    return parameter.getParameterType() == Operator.class ? operator(token)
        : caller(token, parameter.getMethodAnnotation(OpenToRunTokens.class), instance(token, request));
  }

  private static Operator operator(ApiToken token) {
    if (token.scope() != ApiToken.Scope.OPERATOR) {
      throw new Refused(HttpStatus.FORBIDDEN,
          "This takes an operator's token; the token given is one of scope \"" + token.scope() + "\".");
    }
    return new Operator();
  }

  private static TenantOrOperator tenantOrOperator(ApiToken token, NativeWebRequest request) {
    if (token.scope() == ApiToken.Scope.RUN) { throw pushesOnly(); }
    HttpServletRequest asked = Objects.requireNonNull(request.getNativeRequest(HttpServletRequest.class));
    return new TenantOrOperator(token,
        asked.getMethod() + " " + asked.getRequestURI() + " from " + asked.getRemoteAddr());
  }

  private static Refused pushesOnly() {
    return new Refused(HttpStatus.FORBIDDEN,
        "The token given is for pushing to its own test run; this takes a tenant's token.");
  }

  private static Refused oneOfSeveral(ApiToken token) {
    return new Refused(HttpStatus.FORBIDDEN, "The token given is for the load generator \"" + token.instance()
        + "\", which cannot end the test run for all; this takes a tenant's token, or the run's without a name.");
  }

  /** The path's name goes before the token's. */
  private static String instance(ApiToken token, NativeWebRequest request) {
    return request.getAttribute(Caller.INSTANCE, RequestAttributes.SCOPE_REQUEST) instanceof String named ? named
        : token.instance();
  }

  private static Caller caller(ApiToken token, @Nullable OpenToRunTokens open, String instance) {
    return switch (token.scope()) {
      case TENANT -> new Caller(token.tenant(), null, instance);
      case RUN -> {
        if (open == null) { throw pushesOnly(); }
        if (!open.withName() && !token.instance().isEmpty()) { throw oneOfSeveral(token); }
        yield new Caller(token.tenant(), token.testRunId(), instance);
      }
      case OPERATOR -> throw new Refused(HttpStatus.FORBIDDEN, "This takes a tenant's token; the token given is an "
          + "operator's, which gets one for a tenant with POST /api/v1/tenants/<id>/tokens.");
    };
  }

  private static ApiToken token(NativeWebRequest request) {
    if (TenantFilter.sent(Objects.requireNonNull(request.getNativeRequest(HttpServletRequest.class))) == null) {
      throw new Refused(HttpStatus.UNAUTHORIZED, "A token is needed: set K6_CLOUD_TOKEN, or send the header "
          + "\"Authorization: Token <token>\" or \"Authorization: Bearer <token>\".");
    }
    if (request.getAttribute(TenantFilter.TOKEN, RequestAttributes.SCOPE_REQUEST) instanceof ApiToken known) {
      return known;
    }
    throw new Refused(HttpStatus.UNAUTHORIZED,
        "The token is not known here, or it was revoked. Check K6_CLOUD_TOKEN or the Authorization header.");
  }
}
