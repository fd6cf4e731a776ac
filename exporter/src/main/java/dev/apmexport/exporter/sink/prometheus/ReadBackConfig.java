package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.ReadBack;
import dev.apmexport.exporter.sink.Tls;
import java.net.URI;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where a destination is asked what it holds.
 *
 * @param url what stands before {@code /api/v1/query} of a Prometheus, or an address that ends in
 *   {@code /api/v1/export}, as VictoriaMetrics has it
 */
public record ReadBackConfig(URI url, Credentials credentials, Headers headers, Tls tls) {
  private static final String QUERY = "/api/v1/query";
  private static final String EXPORT = "/api/v1/export";

  ReadBack open(HttpTransport http) {
    return new QueriedReadBack(this, http);
  }

  /** Whether whole series are asked for, line by line, and not an expression. */
  boolean exports() {
    return path().endsWith(EXPORT);
  }

  /** The address that is asked. */
  URI endpoint() {
    String path = exports() || path().endsWith(QUERY) ? path() : path() + QUERY;
    return URI.create(server() + path + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery()));
  }

  /** The address for people; its query may hold keys, so it is left out. */
  String destination() {
    return server() + path();
  }

  private String server() {
    return url.getScheme() + "://" + url.getRawAuthority();
  }

  private String path() {
    return url.getRawPath().replaceFirst("/+$", "");
  }

  /** A text of the remote end without our secrets, since some repeat the request they complain of. */
  String masked(String text) {
    String masked = headers.masked(credentials.masked(text));
    return url.getRawQuery() == null ? masked : masked.replace(url.getRawQuery(), Secret.MASK);
  }

  /** Writes the keys of a block for it, without what is secret. */
  void describe(ObjectNode block) {
    block.put("queryURL", destination() + (url.getRawQuery() == null ? "" : "?" + Secret.MASK));
    credentials.describe(block, "queryCredentials");
    headers.describe(block, "queryHeaders");
  }

  @Override
  public String toString() {
    return "ReadBackConfig[" + destination() + ", " + credentials + "]";
  }
}
