package dev.apmexport.api.dashboard;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;

/** Tells browsers to run nothing but the page's own files, to tell nobody where the reader comes from, and to keep no data. */
final class PageHeaders extends HttpFilter {
  private static final long serialVersionUID = 1;
  static final String[] PAGES = {"/", "/runs", "/runs/*", "/page/*"};
  static final String DATA = "/api/*";
  private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
      + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final boolean ofPages;

  private PageHeaders(boolean ofPages) {
    this.ofPages = ofPages;
  }

  static PageHeaders ofPages() {
    return new PageHeaders(true);
  }

  static PageHeaders ofData() {
    return new PageHeaders(false);
  }

  @Override
  protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader(HttpHeaders.CACHE_CONTROL, ofPages ? "no-cache" : "no-store");
    if (ofPages) {
      response.setHeader("Content-Security-Policy", POLICY);
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    }
    chain.doFilter(request, response);
  }
}
