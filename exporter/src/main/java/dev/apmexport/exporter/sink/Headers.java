package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.metric.Secret;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * Headers that a block adds to every request, for gateways and tenants. Their values count as secrets.
 *
 * @param values by name, whatever the case of its letters
 */
public record Headers(Map<String, Secret> values) {
  public static final Headers NONE = new Headers(Map.of());
  private static final int MOST = 30;
  private static final int LEAST_SECRET = 4;
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e]{1,8192}");
  private static final Set<String> RESERVED = Set.of("authorization", "connection", "content-encoding",
      "content-length", "content-type", "cookie", "dd-api-key", "dd-application-key", "expect", "host", "keep-alive",
      "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
      "x-prometheus-remote-write-version");

  /** Reads {@code headers} of a block. */
  public static Headers read(BlockReader block) {
    return read(block, "headers");
  }

  /** Reads headers that stand under a key of a block. */
  public static Headers read(BlockReader block, String key) {
    BlockReader headers = block.object(key);
    if (headers == null) { return NONE; }
    if (headers.keys().size() > MOST) {
      block.error(key, "holds " + headers.keys().size() + " headers; at most " + MOST + " are taken.");
      return NONE;
    }
    Map<String, Secret> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String name : headers.keys()) {
      Secret value = headers.secret(name);
      if (value != null && isGood(headers, name, value) && values.put(name, value) != null) {
        headers.error(name, "is given twice; the case of letters does not count in a header's name.");
      }
    }
    return new Headers(values);
  }

  private static boolean isGood(BlockReader headers, String name, Secret value) {
    if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
      headers.error(name, "is a header that the service sets by itself" + instead(name) + ".");
    } else if (!NAME.matcher(name).matches()) {
      headers.error(name, "is not a header's name; it may hold letters, digits and hyphens.");
    } else if (!VALUE.matcher(value.reveal()).matches()) {
      headers.error(name, "must be one line of at most 8192 ASCII characters.");
    } else {
      return true;
    }
    return false;
  }

  private static String instead(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "authorization" -> "; give credentials instead";
      case "dd-api-key" -> "; give apiKey instead";
      case "dd-application-key" -> "; give appKey instead";
      default -> "; leave it out";
    };
  }

  /** Writes the key {@code headers} of a block, without the values. */
  public void describe(ObjectNode block) {
    describe(block, "headers");
  }

  /** Writes them to a key of a block, without the values. */
  public void describe(ObjectNode block, String key) {
    if (!values.isEmpty()) {
      ObjectNode headers = block.putObject(key);
      values.keySet().forEach(name -> headers.put(name, Secret.MASK));
    }
  }

  /** A text of the remote end without our values; one as short as a tenant's number is no secret. */
  public String masked(String text) {
    String masked = text;
    for (Secret value : values.values()) {
      masked = value.reveal().length() < LEAST_SECRET ? masked : masked.replace(value.reveal(), Secret.MASK);
    }
    return masked;
  }
}
