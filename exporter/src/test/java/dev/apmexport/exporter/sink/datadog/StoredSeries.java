package dev.apmexport.exporter.sink.datadog;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What an intake keeps: for each series and second the value that came last, and those before it. */
final class StoredSeries {
  private static final int MOST_POINTS = 10_000;
  private static final List<String> TYPES = List.of("", "count", "rate", "gauge");

  private final InstantSource clock;
  private final Map<String, NavigableMap<Long, List<Double>>> history = new TreeMap<>();
  private final Map<String, String> types = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int dropped;

  StoredSeries(InstantSource clock) {
    this.clock = clock;
  }

  void violated(String what) {
    violations.add(what);
  }

  void take(ApiVersion version, JsonNode all) {
    Set<String> seen = new HashSet<>();
    int points = 0;
    for (JsonNode series : all) {
      note(version, series);
      String identity = identity(series);
      for (JsonNode point : series.path("points")) {
        points++;
        long second = (version == ApiVersion.V1 ? point.path(0) : point.path("timestamp")).asLong(0);
        if (!seen.add(identity + " " + second)) {
          violated("twice in one request: " + identity + " " + second);
        }
        store(identity, second, (version == ApiVersion.V1 ? point.path(1) : point.path("value")).asDouble(Double.NaN));
      }
    }
    if (points > MOST_POINTS) {
      violated(points + " points in a request");
    }
  }

  private static String identity(JsonNode series) {
    String host = series.path("host").asString("");
    for (JsonNode resource : series.path("resources")) {
      host = resource.path("type").asString("").equals("host") ? resource.path("name").asString("") : host;
    }
    return series.path("metric").asString("") + series.path("tags").valueStream().map(JsonNode::asString).sorted()
        .toList() + (host.isEmpty() ? "" : "@" + host);
  }

  private void note(ApiVersion version, JsonNode series) {
    String name = series.path("metric").asString("");
    int type = version == ApiVersion.V1 ? TYPES.indexOf(series.path("type").asString(""))
        : series.path("type").asInt(0);
    String now = type + " every " + series.path("interval").asInt(0);
    String before = types.putIfAbsent(name, now);
    if (before != null && !before.equals(now)) {
      violated(name + " changes from " + before + " to " + now);
    }
  }

  private void store(String identity, long second, double value) {
    long now = clock.instant().getEpochSecond();
    if (second < now - 3_600 || second > now + 600) {
      dropped++;
    } else {
      history.computeIfAbsent(identity, _ -> new TreeMap<>()).computeIfAbsent(second, _ -> new ArrayList<>())
          .add(value);
    }
  }

  Map<String, NavigableMap<Long, Double>> content() {
    Map<String, NavigableMap<Long, Double>> content = new TreeMap<>();
    history.forEach((series, points) -> {
      NavigableMap<Long, Double> latest = new TreeMap<>();
      points.forEach((second, values) -> latest.put(second, values.getLast()));
      content.put(series, latest);
    });
    return content;
  }

  List<Double> history(String series, long second) {
    return List.copyOf(history.get(series).get(second));
  }

  String type(String metric) {
    return types.getOrDefault(metric, "none");
  }

  long points() {
    return history.values().stream().mapToLong(Map::size).sum();
  }

  int dropped() {
    return dropped;
  }

  List<String> violations() {
    return List.copyOf(violations);
  }
}
