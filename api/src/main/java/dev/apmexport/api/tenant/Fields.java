package dev.apmexport.api.tenant;

import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.block.Problem;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads a request's JSON object and gathers all that is wrong with it. A field that is null counts as left out. */
public final class Fields {
  private final JsonNode body;
  private final List<Problem> problems = new ArrayList<>();

  /** @param known every field that the object may have */
  public Fields(JsonNode body, List<String> known) {
    this.body = body;
    if (!body.isObject()) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          "The body must be a JSON object with some of these fields: " + String.join(", ", known) + ".");
    }
    body.propertyNames().stream().filter(field -> !known.contains(field))
        .forEach(field -> fault(field, "is not known here; known are " + String.join(", ", known) + "."));
  }

  public boolean has(String field) {
    return body.hasNonNull(field);
  }

  public void fault(String field, String message) {
    problems.add(Problem.error(field, message));
  }

  /** A text of one line, without spaces at its ends; null if it is left out or wrong. */
  public @Nullable String text(String field, int longest) {
    if (!has(field)) { return null; }
    String text = body.path(field).isString() ? body.path(field).asString().strip() : "";
    if (text.isEmpty() || text.length() > longest || text.chars().anyMatch(Character::isISOControl)) {
      fault(field, "must be a text of 1 to " + longest + " characters on one line; got " + shown(field) + ".");
      return null;
    }
    return text;
  }

  /** A whole number from 1; null if it is left out or wrong. */
  @Nullable
  Integer number(String field, int most) {
    return number(field, 1, most);
  }

  /** A whole number; null if it is left out or wrong. */
  public @Nullable Integer number(String field, int least, int most) {
    JsonNode number = body.path(field);
    if (!has(field)) { return null; }
    if (!number.isIntegralNumber() || !number.canConvertToInt() || number.asInt() < least || number.asInt() > most) {
      fault(field, "must be a whole number from " + least + " to " + most + "; got " + shown(field) + ".");
      return null;
    }
    return number.asInt();
  }

  /** A whole number of any size; null if it is left out or wrong. */
  @Nullable
  Long count(String field, long least, long most) {
    JsonNode number = body.path(field);
    if (!has(field)) { return null; }
    if (!number.isIntegralNumber() || !number.canConvertToLong() || number.asLong() < least || number.asLong() > most) {
      fault(field, "must be a whole number from " + least + " to " + most + "; got " + shown(field) + ".");
      return null;
    }
    return number.asLong();
  }

  /** An id as the service writes it, a decimal number as text, or the number itself; null if it is left out or wrong. */
  public @Nullable Long id(String field) {
    if (!has(field)) { return null; }
    String id = body.path(field).asString("");
    if (!id.matches("[0-9]{1,18}")) {
      fault(field, "must be an id such as \"100001\"; got " + shown(field) + ".");
      return null;
    }
    return Long.parseLong(id);
  }

  /** True or false; false if it is left out. */
  public boolean flag(String field) {
    if (has(field) && !body.path(field).isBoolean()) {
      fault(field, "must be true or false; got " + shown(field) + ".");
    }
    return body.path(field).asBoolean(false);
  }

  /** A time such as {@code 2026-01-31T09:00:00Z}; null if it is left out or wrong. */
  public @Nullable Instant time(String field) {
    if (!has(field)) { return null; }
    try {
      Instant time = OffsetDateTime.parse(body.path(field).asString("")).toInstant();
      return Instant.ofEpochMilli(time.toEpochMilli()); // all that is kept of a time, whose milliseconds must fit a long
    } catch (DateTimeParseException | ArithmeticException e) {
      fault(field, "must be a time such as \"2026-01-31T09:00:00Z\"; got " + shown(field) + ".");
      return null;
    }
  }

  /** An object; null if it is left out or wrong. What it holds is never shown. */
  public @Nullable ObjectNode object(String field) {
    if (has(field) && !body.path(field).isObject()) {
      fault(field, "must be an object.");
    }
    return body.path(field) instanceof ObjectNode object ? object : null;
  }

  /** The value with this text; null if it is left out or there is none. */
  public <T> @Nullable T oneOf(String field, T[] values) {
    T one = Arrays.stream(values).filter(value -> body.path(field).asString("").equals(value.toString())).findFirst()
        .orElse(null);
    if (has(field) && one == null) {
      fault(field, "must be one of " + Arrays.toString(values) + "; got " + shown(field) + ".");
    }
    return one;
  }

  /** A value as it was written, the beginning of it if it is long. */
  private String shown(String field) {
    String written = body.path(field).toString();
    return written.length() <= 100 ? written : written.substring(0, 100) + "…";
  }

  /** @throws Refused if anything was wrong, with all that was */
  public void check() {
    if (!problems.isEmpty()) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          problems.stream().map(Problem::toString).collect(Collectors.joining(" ")), Map.of("problems", problems));
    }
  }
}
