package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.sink.datadog.FakeDatadog;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A receiver of either kind, seen alike.
 *
 * @param base its address without a path
 * @param content what a query shows, by series as a report names it and milliseconds
 * @param violations what a sender has done that it must not
 */
record Receiver(String base, Supplier<Map<String, NavigableMap<Long, Double>>> content,
    Supplier<List<String>> violations, AutoCloseable fake) implements AutoCloseable {

  static Receiver open(ReceiverKind kind, InstantSource clock) {
    if (kind.isDatadog()) {
      FakeDatadog fake = new FakeDatadog(clock);
      return new Receiver(base(fake.uri().toString()), () -> renamed(fake.content()), fake::violations, fake);
    }
    FakePrometheus fake = new FakePrometheus(clock, kind.rules);
    return new Receiver(base(fake.uri().toString()), fake::content, fake::violations, fake);
  }

  private static String base(String uri) {
    return String.join("/", Arrays.copyOf(uri.split("/"), 3));
  }

  private static Map<String, NavigableMap<Long, Double>> renamed(Map<String, NavigableMap<Long, Double>> seconds) {
    Map<String, NavigableMap<Long, Double>> content = new TreeMap<>();
    seconds.forEach((identity, points) -> {
      int bracket = identity.indexOf('[');
      String tags = identity.substring(bracket + 1, identity.length() - 1);
      String name = Shipment.datadogName(identity.substring(0, bracket),
          tags.isEmpty() ? List.of() : List.of(tags.split(", ")));
      NavigableMap<Long, Double> millis = new TreeMap<>();
      points.forEach((second, value) -> millis.put(second * 1000, value));
      content.put(name, millis);
    });
    return content;
  }

  @Override
  public void close() throws Exception {
    fake.close();
  }
}
