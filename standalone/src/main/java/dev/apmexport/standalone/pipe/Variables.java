package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.block.Shown;
import dev.apmexport.exporter.block.Spelling;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment as it is read: each setting under its older and its newer name, every mistake gathered. A variable
 * that is empty counts as not set, as in k6.
 */
final class Variables {
  /** Go's: {@code 500ms}, {@code 1.5s}, {@code 1m30s}; and k6's days. */
  private static final Pattern LENGTH = Pattern
      .compile("(\\d{1,12}(?:\\.\\d{0,12})?|\\.\\d{1,12})(ns|us|µs|μs|ms|s|m|h|d)");
  private static final Pattern BARE = Pattern.compile("\\d{1,12}(?:\\.\\d{0,12})?|\\.\\d{1,12}");
  private static final BigDecimal MOST_NANOS = BigDecimal.valueOf(Duration.ofDays(365).toNanos());
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([kmg]?)(?:i?b)?");
  private static final Set<String> YES = Set.of("1", "t", "true");
  private static final Set<String> NO = Set.of("0", "f", "false");

  private final Map<String, String> environment;
  private final Set<String> asked = new HashSet<>();
  private final List<String> faults = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  Variables(Map<String, String> environment) {
    this.environment = new TreeMap<>(environment);
    this.environment.values().removeIf(String::isBlank);
  }

  /** What makes the settings unusable. */
  List<String> faults() {
    return faults;
  }

  /** What the user should know besides. */
  List<String> notes() {
    return notes;
  }

  void fault(String sentence) {
    faults.add(sentence);
  }

  void note(String sentence) {
    notes.add(sentence);
  }

  /** The variables that begin so, by what follows. */
  Map<String, String> beginningWith(String prefix) {
    Map<String, String> found = new TreeMap<>();
    environment.forEach((name, value) -> {
      if (name.startsWith(prefix)) {
        found.put(name.substring(prefix.length()), value);
        asked.add(name);
      }
    });
    return found;
  }

  boolean isAnySet(String prefix) {
    return environment.keySet().stream().anyMatch(name -> name.startsWith(prefix));
  }

  /** The first of these names that is set, else the first of all. */
  String nameOf(String... names) {
    for (String name : names) {
      if (environment.containsKey(name)) { return name; }
    }
    return names[0];
  }

  /** The value of a setting under any of its names, or null; two names with two values are a fault. */
  @Nullable
  String text(String... names) {
    String name = nameOf(names);
    String value = environment.get(name);
    for (String other : names) {
      asked.add(other);
      if (environment.containsKey(other) && !environment.get(other).equals(value)) {
        fault(name + " and " + other + " are one setting and have different values; keep one of them.");
      }
    }
    return value;
  }

  boolean flag(boolean otherwise, String... names) {
    String value = text(names);
    String word = value == null ? "" : value.toLowerCase(Locale.ROOT);
    if (value == null || YES.contains(word) || NO.contains(word)) {
      return value == null ? otherwise : YES.contains(word);
    }
    fault(nameOf(names) + " must be true or false, got " + Shown.quoted(value) + ".");
    return otherwise;
  }

  /**
   * A length of time as Go writes it.
   *
   * @param bare whether a number without a unit is milliseconds, as k6 reads it (lib/types, ParseExtendedDuration)
   */
  Duration length(Duration otherwise, boolean bare, String... names) {
    String value = text(names);
    if (value == null) { return otherwise; }
    Duration sum = length(bare && BARE.matcher(value).matches() ? value + "ms" : value);
    if (sum.isPositive()) { return sum; }
    fault(nameOf(names) + " must be a length of time such as 1s, 500ms or 1m30s, got " + Shown.quoted(value) + ".");
    return otherwise;
  }

  /** Zero where it is none. */
  private static Duration length(String text) {
    Duration sum = Duration.ZERO;
    Matcher part = LENGTH.matcher(text);
    int end = 0;
    while (part.lookingAt()) {
      sum = sum.plus(length(part));
      end = part.end();
      part.region(end, text.length());
    }
    return end == text.length() ? sum : Duration.ZERO;
  }

  private static Duration length(Matcher part) {
    Duration unit = switch (part.group(2)) {
      case "ns" -> Duration.ofNanos(1);
      case "ms" -> Duration.ofMillis(1);
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      case "d" -> Duration.ofDays(1);
      default -> Duration.ofNanos(1_000);
    };
    BigDecimal nanos = new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit.toNanos()));
    return Duration.ofNanos(nanos.min(MOST_NANOS).longValue());
  }

  /** A number of bytes such as {@code 64m}. */
  long bytes(long otherwise, long least, long most, String... names) {
    String value = text(names);
    if (value == null) { return otherwise; }
    Matcher size = SIZE.matcher(value.toLowerCase(Locale.ROOT).strip());
    long bytes = size.matches() ? Long.parseLong(size.group(1)) << switch (size.group(2)) {
      case "k" -> 10;
      case "m" -> 20;
      case "g" -> 30;
      default -> 0;
    } : -1;
    if (bytes >= least && bytes <= most) { return bytes; }
    fault(nameOf(names) + " must be a size such as 64m, from " + (least >> 20) + "m to " + (most >> 20) + "m, got "
        + Shown.quoted(value) + ".");
    return otherwise;
  }

  /** Says of every variable with such a beginning that nobody has asked for that it has no meaning here. */
  void noteUnknown(String prefix, Collection<String> known) {
    environment.keySet().stream().filter(name -> name.startsWith(prefix) && !asked.contains(name))
        .forEach(name -> note(name + " is not a known setting and is ignored" + Spelling.hint(name, known) + "."));
  }

  /** The names that were asked for. */
  Set<String> asked() {
    return asked;
  }
}
