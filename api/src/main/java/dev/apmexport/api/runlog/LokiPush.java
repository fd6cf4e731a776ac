package dev.apmexport.api.runlog;

import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.block.Shown;
import dev.apmexport.store.runlog.LogLine;
import dev.apmexport.store.runlog.LogPush;
import dev.apmexport.store.runlog.RunLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what k6 pushes to {@code logs.push_url}: Loki's push in JSON, {@code {"streams": [{"stream": {labels}, "values":
 * [["<nanoseconds>", "message"], …]}]}} (Loki's HTTP API, "Ingest logs"). Labels that are neither the level nor the source
 * are fields of k6's message and stand behind it, as on k6's console.
 */
final class LokiPush {
  private static final Set<String> NO_FIELDS = Set.of("level", "source", "test_run_id");
  /** More than a stored line has room for. */
  private static final int MOST_FIELDS = 4_096;
  private static final String NANOSECONDS = "\\d{1,19}";

  /** What the lines of a stream have in common; once, since they may be many. */
  private record Stream(String level, @Nullable String source, String fields) {
    static Stream of(JsonNode labels) {
      String source = labels.path("source").asString("");
      String fields = shown(labels);
      return new Stream(labels.path("level").asString("unknown").toLowerCase(Locale.ROOT),
          source.isEmpty() ? null : source,
          fields.substring(0, Math.min(fields.length(), MOST_FIELDS)));
    }
  }

  private record Entry(long atNanos, Stream stream, JsonNode value) {
    LogLine line() {
      return new LogLine(atNanos, stream.level, stream.source,
          value.get(1).asString() + stream.fields + shown(value.path(2)));
    }
  }

  private LokiPush() {}

  /** Refuses what is none with where it is wrong, without the value, which may hold a secret. */
  static LogPush read(byte[] body) {
    List<Entry> entries = new ArrayList<>();
    JsonNode streams = json(body).path("streams");
    check(streams.isArray(), "streams", "a list of {\"stream\": {…}, \"values\": […]}", streams);
    for (int i = 0; i < streams.size(); i++) {
      addAll(streams.get(i), "streams[" + i + "]", entries);
    }
    int leftOut = Math.max(0, entries.size() - RunLog.MOST_LINES);
    return new LogPush(body, entries.stream().sorted(Comparator.comparingLong(Entry::atNanos)).skip(leftOut)
        .map(Entry::line).toList(), leftOut);
  }

  private static JsonNode json(byte[] body) {
    try {
      return JsonMapper.shared().readTree(body);
    } catch (JacksonException e) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          "The body cannot be read as JSON from line " + e.getLocation().getLineNr()
              + ", column " + e.getLocation().getColumnNr() + " on; send log lines as Loki's push in JSON.");
    }
  }

  private static void addAll(JsonNode pushed, String path, List<Entry> entries) {
    JsonNode labels = pushed.path("stream");
    JsonNode values = pushed.path("values");
    check(labels.isObject(), path + ".stream", "an object of labels", labels);
    check(values.isArray(), path + ".values", "a list of [\"<nanoseconds>\", \"message\"]", values);
    Stream stream = Stream.of(labels);
    for (int i = 0; i < values.size(); i++) {
      JsonNode value = values.get(i);
      String at = path + ".values[" + i + "]";
      check(value.isArray(), at, "a list of a time and a message", value);
      check(value.path(1).isString(), at + "[1]", "the message, a text", value.path(1));
      entries.add(new Entry(nanoseconds(value.path(0), at + "[0]"), stream, value));
    }
  }

  private static long nanoseconds(JsonNode time, String path) {
    String text = time.isValueNode() ? time.asString("") : "";
    try {
      check(text.matches(NANOSECONDS), path, "the nanoseconds since 1970, as decimal digits", time);
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new Refused(HttpStatus.BAD_REQUEST, path + " is larger than any time in nanoseconds since 1970.");
    }
  }

  private static void check(boolean right, String path, String wanted, JsonNode got) {
    if (!right) {
      throw new Refused(HttpStatus.BAD_REQUEST,
          path + " must be " + wanted + "; it is " + (got.isMissingNode() ? "missing" : Shown.type(got)) + ".");
    }
  }

  private static String shown(JsonNode labels) {
    return labels.propertyStream().filter(label -> !NO_FIELDS.contains(label.getKey()))
        .sorted(Map.Entry.comparingByKey())
        .map(label -> " " + label.getKey() + "=" + shown(label.getValue().asString(label.getValue().toString())))
        .collect(Collectors.joining());
  }

  /** In quotes where it would not be clear otherwise where it ends. */
  private static String shown(String value) {
    return value.matches("[^\\s\"=]+") ? value : JsonMapper.shared().writeValueAsString(value);
  }
}
