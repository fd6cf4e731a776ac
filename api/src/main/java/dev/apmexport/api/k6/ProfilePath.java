package dev.apmexport.api.k6;

import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.Refusals;
import dev.apmexport.api.security.Refused;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.util.UriUtils;

/**
 * Takes what is bound to k6's host, such as {@code K6_CLOUD_HOST=http://host/p/staging/i/lg-1}, off the path and hands
 * it on as attributes of the request: {@code /p/<profile>} before k6's own paths, {@code /i/<load generator>} before
 * those and before {@code /api/v1}.
 */
public final class ProfilePath extends HttpFilter {
  private static final long serialVersionUID = 1;
  public static final String PROFILE = "dev.apmexport.profile";
  /** What is bound by which segment; any order. */
  private static final Map<String, String> ATTRIBUTES = Map.of("p", PROFILE, "i", Caller.INSTANCE);
  private static final Pattern SEGMENT = Pattern
      .compile("/+(" + String.join("|", ATTRIBUTES.keySet()) + ")/+([^/]+)/*(?=/)");

  private final transient HandlerExceptionResolver refusals;

  public ProfilePath(HandlerExceptionResolver refusals) {
    this.refusals = refusals;
  }

  @Override
  protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    for (Matcher bound = SEGMENT.matcher(path); bound.lookingAt(); bound = SEGMENT.matcher(path)) {
      request.setAttribute(ATTRIBUTES.get(bound.group(1)), UriUtils.decode(bound.group(2), StandardCharsets.UTF_8));
      path = path.substring(bound.end());
    }
    if (Refusals.isK6(path) || path.equals("/api/v1/write")
        || (request.getAttribute(PROFILE) == null && path.startsWith("/api/v1/"))) {
      forward(path, request, response, chain);
    } else {
      chain.doFilter(request, response);
    }
  }

  private void forward(String path, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    try {
      Caller.checkedInstance(request.getAttribute(Caller.INSTANCE) instanceof String name ? name : "");
    } catch (Refused e) { // said in the format of the path that was meant
      refusals.resolveException(meant(path, request), response, null, e);
      return;
    }
    RequestDispatcher there = request.getRequestDispatcher(path);
    if (there == null) { // the path leads out of the service
      chain.doFilter(request, response);
    } else {
      there.forward(request, response);
    }
  }

  private static HttpServletRequest meant(String path, HttpServletRequest request) {
    return new HttpServletRequestWrapper(request) {
      @Override
      public String getRequestURI() {
        return path;
      }
    };
  }
}
