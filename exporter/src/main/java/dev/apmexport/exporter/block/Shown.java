package dev.apmexport.exporter.block;

import java.util.Locale;
import tools.jackson.databind.JsonNode;

/** What a message shows of the values it complains of: one line, not too long. */
public final class Shown {
  private static final int LONGEST = 80;

  private Shown() {}

  /** A text in quotes. */
  public static String quoted(String text) {
    return '"' + plain(text) + '"';
  }

  /** A text as it is, cut, and without line breaks. */
  public static String plain(String text) {
    String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    return start.replaceAll("\\p{Cntrl}", "?");
  }

  /** A value as JSON. */
  public static String json(JsonNode value) {
    return value.isContainer() && value.size() > LONGEST ? type(value) + " of " + value.size()
        : plain(value.toString());
  }

  /** The kind of a value, for values that may hold a secret. */
  public static String type(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a text";
      case NULL -> "null";
      default -> "a " + value.getNodeType().name().toLowerCase(Locale.ROOT);
    };
  }
}
