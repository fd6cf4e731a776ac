package dev.apmexport.exporter.block;

import dev.apmexport.exporter.metric.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
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
  private final KeyValues values;
  private final List<Problem> problems;

  private BlockReader(String path, JsonNode node, List<Problem> problems) {
    this.path = path;
    this.values = new KeyValues(node);
    this.problems = problems;
  }

  public static BlockReader of(String path, JsonNode node) {
    return new BlockReader(path, node, new ArrayList<>());
  }

  public List<Problem> problems() {
    return problems;
  }

  /**
   * Says that earlier versions of the documentation spelled a key otherwise. An older spelling works, with a warning;
   * two spellings with different values are an error.
   */
  public BlockReader spelledAlso(String key, String... older) {
    values.spellings(key, List.of(older)).forEach(this::error);
    values.outdated(key).forEach(spelling -> warning(spelling, "is an older spelling and works; write " + key + "."));
    return this;
  }

  public boolean has(String key) {
    return values.has(key);
  }

  /** The object's own keys. */
  public List<String> keys() {
    return values.present();
  }

  /** Every key that was asked for so far, in every spelling: the keys there are. */
  public Set<String> known() {
    return values.asked();
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

  /** A text, or a number or flag as a text. */
  public @Nullable String word(String key) {
    JsonNode value = value(key);
    return value != null && (value.isNumber() || value.isBoolean()) ? value.asString() : text(key);
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
    URI url = value.isString() ? Address.parse(value.asString()) : null;
    if (url == null) {
      error(key, "must be a full address such as https://prometheus.example.com/api/v1/write, without a user name or "
          + "password in it; got "
          + (value.isString() ? '"' + Address.withoutSecrets(value.asString()) + '"' : type(value)) + ".");
    }
    return url;
  }

  /** One of a few words, whose case counts. */
  public String oneOf(String key, String otherwise, List<String> words) {
    String word = text(key);
    if (word == null || words.contains(word)) { return word == null ? otherwise : word; }
    error(key, "must be one of " + String.join(", ", words) + "; got \"" + cut(word) + "\""
        + Spelling.hint(word, words) + ".");
    return otherwise;
  }

  /** A length of time as Prometheus and k6 write it: {@code 90s}, {@code 30m}, {@code 1h30m}. */
  public Duration duration(String key, Duration otherwise) {
    String text = text(key);
    if (text == null) { return otherwise; }
    try {
      if (text.matches("(?=\\d)(\\d{1,5}h)?(\\d{1,5}m)?(\\d{1,5}s)?")) {
        return Duration.parse("PT" + text);
      }
    } catch (DateTimeParseException e) {
      // falls through to the sentence that says what would be right
    }
    error(key, "must be a length of time such as 30m or 1h30m, got \"" + cut(text) + "\".");
    return otherwise;
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

  /** Says why a key, where it is given, has no meaning in this object. */
  public void ignore(String key, String why) {
    if (value(key) != null) {
      warning(key, "is ignored here: " + why);
    }
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
    return key.isEmpty() ? path : path + "." + values.written(key);
  }

  /** Warns of every key that nobody has asked for. */
  public void warnOfUnknownKeys() {
    for (String key : values.present()) {
      if (!known().contains(key)) {
        warning(key, "is not a known key and is ignored" + Spelling.hint(key, known()) + ".");
      }
    }
  }

  public boolean hasErrors() {
    return problems.stream().anyMatch(Problem::isError);
  }

  private @Nullable JsonNode value(String key) {
    return values.get(key);
  }

  /** For values that may hold a secret. */
  private static String type(JsonNode value) {
    return value.getNodeType().name().toLowerCase(Locale.ROOT);
  }

  private static String shown(JsonNode value) {
    return cut(value.toString());
  }

  private static String cut(String text) {
    return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
  }
}
