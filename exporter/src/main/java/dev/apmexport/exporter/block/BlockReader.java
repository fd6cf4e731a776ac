package dev.apmexport.exporter.block;

import dev.apmexport.exporter.metric.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the keys of one JSON object and gathers every mistake with its path and value. A value that is missing or wrong
 * reads as null; whether that is a mistake was noted on the way.
 */
public final class BlockReader {
  private static final int SHOWN = 80;

  private final String path;
  private final JsonNode node;
  private final List<Problem> problems;
  private final Set<String> read = new HashSet<>();

  private BlockReader(String path, JsonNode node, List<Problem> problems) {
    this.path = path;
    this.node = node;
    this.problems = problems;
  }

  public static BlockReader of(String path, JsonNode node) {
    return new BlockReader(path, node, new ArrayList<>());
  }

  public List<Problem> problems() {
    return problems;
  }

  public boolean has(String key) {
    return node.hasNonNull(key);
  }

  public @Nullable String text(String key) {
    JsonNode value = value(key);
    if (value == null) { return null; }
    if (!value.isString() || value.asString().isBlank()) {
      error(key, "must be a text that is not empty, got " + shown(value) + ".");
      return null;
    }
    return value.asString();
  }

  /** As {@link #text}, but the value is never shown. */
  public @Nullable Secret secret(String key) {
    JsonNode value = value(key);
    if (value == null) { return null; }
    if (!value.isString() || value.asString().isBlank()) {
      error(key, "must be a text that is not empty.");
      return null;
    }
    return new Secret(value.asString());
  }

  public boolean flag(String key, boolean otherwise) {
    JsonNode value = value(key);
    if (value != null && !value.isBoolean()) {
      error(key, "must be true or false, got " + shown(value) + ".");
    }
    return value != null && value.isBoolean() ? value.asBoolean() : otherwise;
  }

  public int integer(String key, int least, int most, int otherwise) {
    JsonNode value = value(key);
    if (value == null) { return otherwise; }
    if (!value.isNumber() || !value.canConvertToExactIntegral() || !value.canConvertToInt() || value.asInt() < least
        || value.asInt() > most) {
      error(key, "must be a whole number from " + least + " to " + most + ", got " + shown(value) + ".");
      return otherwise;
    }
    return value.asInt();
  }

  /** An http or https address with a host; credentials do not belong into it. */
  public @Nullable URI url(String key) {
    JsonNode value = value(key);
    if (value == null) { return null; }
    String text = value.isString() ? value.asString() : "";
    try {
      URI url = new URI(text);
      if (isWeb(url)) { return url; }
    } catch (URISyntaxException e) {
      // falls through to the sentence that says what would be right
    }
    error(key, "must be a full address such as https://prometheus.example.com/api/v1/write, without a user name or "
        + "password in it; got " + (value.isString() ? '"' + withoutSecrets(text) + '"' : type(value)) + ".");
    return null;
  }

  private static boolean isWeb(URI url) {
    boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
    return web && url.getHost() != null && url.getUserInfo() == null && url.getPort() <= 65_535;
  }

  private static String withoutSecrets(String url) {
    String shown = url.replaceFirst("(?s)^([a-zA-Z]+://)?.*@", "$1***@").replaceFirst("(?s)([?#]).*", "$1***");
    return shown.length() > SHOWN ? shown.substring(0, SHOWN) + "…" : shown;
  }

  /** The elements of a list; empty where there is none. */
  public List<JsonNode> list(String key) {
    JsonNode value = value(key);
    if (value != null && !value.isArray()) {
      error(key, "must be a list, got " + shown(value) + ".");
    }
    return value != null && value.isArray() ? List.copyOf(value.asArray().elements()) : List.of();
  }

  /** An object within this one, or null; its problems are gathered here. */
  public @Nullable BlockReader object(String key) {
    JsonNode value = value(key);
    if (value != null && !value.isObject()) {
      error(key, "must be an object, got " + type(value) + ".");
    }
    return value != null && value.isObject() ? new BlockReader(path + "." + key, value, problems) : null;
  }

  public void require(String key, @Nullable Object value, String whatFor) {
    if (value == null && !has(key)) {
      error(key, "is missing: " + whatFor);
    }
  }

  public void error(String key, String message) {
    problems.add(Problem.error(at(key), message));
  }

  public void warning(String key, String message) {
    problems.add(Problem.warning(at(key), message));
  }

  public String at(String key) {
    return key.isEmpty() ? path : path + "." + key;
  }

  /** Warns of every key that nobody has asked for. */
  public void warnOfUnknownKeys() {
    for (String key : node.propertyNames()) {
      if (!read.contains(key)) {
        warning(key, "is not a known key and is ignored" + Spelling.hint(key, read) + ".");
      }
    }
  }

  public boolean hasErrors() {
    return problems.stream().anyMatch(Problem::isError);
  }

  private @Nullable JsonNode value(String key) {
    read.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }

  /** For values that may hold a secret. */
  private static String type(JsonNode value) {
    return value.getNodeType().name().toLowerCase(Locale.ROOT);
  }

  private static String shown(JsonNode value) {
    String text = value.toString();
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
  }
}
