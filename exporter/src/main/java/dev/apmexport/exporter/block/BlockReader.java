package dev.apmexport.exporter.block;

import dev.apmexport.exporter.metric.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the keys of one JSON object and gathers every mistake with its path and value. A value that is missing or wrong
 * reads as null; whether that is a mistake was noted on the way.
 */
public final class BlockReader {
  private final String path;
  private final KeyValues values;
  private final Map<String, BlockReader> nested = new TreeMap<>();
  private final Set<String> ignored = new HashSet<>();
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
    Map<String, String> conflicts = values.spellings(key, List.of(older));
    conflicts.forEach(this::error);
    values.outdated(key).stream().filter(spelling -> !conflicts.containsKey(spelling))
        .forEach(spelling -> warning(spelling, "is an older spelling and works; write " + key + "."));
    return this;
  }

  public boolean has(String key) {
    return values.has(key);
  }

  /** The object's own keys. */
  public List<String> keys() {
    return values.present();
  }

  /** Every key that was asked for so far, in every spelling, with those of nested objects as {@code tls.caCert}. */
  public Set<String> known() {
    Set<String> known = new TreeSet<>(values.asked());
    known.removeAll(ignored);
    nested.forEach((key, reader) -> reader.known().forEach(inner -> known.add(key + "." + inner)));
    return known;
  }

  /** Older spellings of the keys that have any. */
  public Map<String, List<String>> olderSpellings() {
    return values.olderSpellings();
  }

  public @Nullable String text(String key) {
    JsonNode value = value(key);
    if (value == null) { return null; }
    if (!value.isString() || value.asString().isBlank()) {
      error(key, "must be a text that is not empty, got " + Shown.json(value) + ".");
      return null;
    }
    return value.asString();
  }

  /** A text, or a number or flag as a text. */
  public @Nullable String word(String key) {
    JsonNode value = value(key);
    if (value == null) { return null; }
    if (value.isContainer() || value.asString().isBlank()) {
      error(key, "must be a text that is not empty, a number, true or false; got " + Shown.json(value) + ".");
      return null;
    }
    return value.asString();
  }

  /** As {@link #text}, but the value is never shown. */
  public @Nullable Secret secret(String key) {
    JsonNode value = value(key);
    if (value == null) { return null; }
    if (!value.isString() || value.asString().isBlank()) {
      error(key, "must be a text that is not empty" + (value.isString() ? "." : ", got " + Shown.type(value) + "."));
      return null;
    }
    if (value.asString().startsWith("<") && value.asString().endsWith(">")) {
      warning(key, "is still a placeholder in pointed brackets; put the real text in its place, without brackets.");
    }
    return new Secret(value.asString());
  }

  public boolean flag(String key, boolean otherwise) {
    JsonNode value = value(key);
    if (value != null && !value.isBoolean()) {
      error(key, "must be true or false, got " + Shown.json(value) + ".");
    }
    return value != null && value.isBoolean() ? value.asBoolean() : otherwise;
  }

  public int integer(String key, int least, int most, int otherwise) {
    JsonNode value = value(key);
    if (value == null) { return otherwise; }
    if (!value.isNumber() || !value.canConvertToExactIntegral() || !value.canConvertToInt() || value.asInt() < least
        || value.asInt() > most) {
      error(key, "must be a whole number from " + least + " to " + most + ", got " + Shown.json(value) + ".");
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
      String got = value.isString()
          ? '"' + Address.withoutSecrets(value.asString()) + '"' + Address.hint(value.asString())
          : Shown.type(value);
      error(key, "must be a full address that begins with http:// or https://, without a user name or password in it; "
          + "got " + got + ".");
    }
    return url;
  }

  /** One of a few words, whose case counts. */
  public String oneOf(String key, String otherwise, List<String> words) {
    JsonNode value = value(key);
    if (value == null || value.isString() && words.contains(value.asString())) {
      return value == null ? otherwise : value.asString();
    }
    error(key, "must be " + (words.size() == 1 ? "" : "one of ") + String.join(", ", words) + "; got "
        + Shown.json(value) + Spelling.hint(value.asString(""), words) + ".");
    return otherwise;
  }

  /** A length of time as Prometheus and k6 write it: {@code 90s}, {@code 30m}, {@code 1h30m}, {@code 1d}. */
  public Duration duration(String key, Duration otherwise) {
    JsonNode value = value(key);
    if (value == null) { return otherwise; }
    Duration length = value.isString() ? TimeLength.parse(value.asString()) : null;
    if (length == null) {
      error(key, "must be a length of time such as \"30m\" or \"1h30m\", got " + Shown.json(value) + ".");
    }
    return length == null ? otherwise : length;
  }

  /** The elements of a list; empty where there is none. */
  public List<JsonNode> list(String key) {
    JsonNode value = value(key);
    if (value != null && !value.isArray()) {
      error(key, "must be a list, got " + Shown.json(value) + ".");
    }
    return value != null && value.isArray() ? List.copyOf(value.asArray().elements()) : List.of();
  }

  /** An object within this one, or null; its problems are gathered here. */
  public @Nullable BlockReader object(String key) {
    JsonNode value = value(key);
    if (value != null && !value.isObject()) {
      error(key, "must be an object, got " + Shown.type(value) + ".");
    }
    if (value == null || !value.isObject()) { return null; }
    BlockReader reader = new BlockReader(at(key), value, problems);
    nested.put(key, reader);
    return reader;
  }

  /** An object of a list within this one; it gathers its problems itself. */
  public BlockReader element(String list, int index, JsonNode node) {
    BlockReader reader = of(at(list) + "[" + index + "]", node);
    nested.put(list, reader);
    return reader;
  }

  /** Says why a key, where it is given, has no meaning in this object. */
  public void ignore(String key, String why) {
    ignored.add(key);
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
    return key.isEmpty() ? path : path + "." + Shown.plain(values.written(key));
  }

  /** Warns of every key that nobody has asked for. */
  public void warnOfUnknownKeys() {
    for (String key : values.present()) {
      if (key.isEmpty()) {
        warning(key, "holds a key that has no name and is ignored.");
      } else if (!values.asked().contains(key)) {
        warning(key, "is not a known key and is ignored" + Spelling.hint(key, values.asked()) + ".");
      }
    }
  }

  public boolean hasErrors() {
    return problems.stream().anyMatch(Problem::isError);
  }

  private @Nullable JsonNode value(String key) {
    return values.get(key);
  }
}
