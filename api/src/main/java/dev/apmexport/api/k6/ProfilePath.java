package dev.apmexport.api.k6;

import dev.apmexport.api.security.Refusals;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes what is bound to k6's host, such as {@code K6_CLOUD_HOST=http://host/p/staging}, off k6's own paths and hands it
 * on as an attribute of the request.
 */
public final class ProfilePath extends HttpFilter {
  private static final long serialVersionUID = 1;
  static final String PROFILE = "dev.apmexport.profile";
  /** What is bound by which segment; any order. */
  private static final Map<String, String> ATTRIBUTES = Map.of("p", PROFILE);
  private static final Pattern SEGMENT = Pattern
      .compile("/+(" + String.join("|", ATTRIBUTES.keySet()) + ")/+([^/]+)/*(?=/)");

  @Override
  protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    for (Matcher bound = SEGMENT.matcher(path); bound.lookingAt(); bound = SEGMENT.matcher(path)) {
      request.setAttribute(ATTRIBUTES.get(bound.group(1)), bound.group(2));
      path = path.substring(bound.end());
    }
    if (Refusals.isK6(path)) {
      request.getRequestDispatcher(path).forward(request, response);
    } else {
      chain.doFilter(request, response);
    }
  }
}
