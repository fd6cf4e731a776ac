package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.sink.LoopbackServer.Request;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.xerial.snappy.Snappy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request as it came.
 *
 * @param worker the number of the worker that sent it; 0 where it did not say
 */
record Shipment(Request request, int worker, List<Place> points) {
  static final String WORKER = "X-Worker";

  /** Where a point stands. */
  record Place(String series, long atMillis) {}

  static Shipment of(Request request) throws IOException {
    int worker = Integer.parseInt(request.headers().getOrDefault(WORKER, "worker-0").replace("worker-", ""));
    List<Place> points = request.body().length == 0 ? List.of()
        : isDatadog(request) ? datadog(request.body()) : remoteWrite(request.body());
    return new Shipment(request, worker, points);
  }

  private static boolean isDatadog(Request request) {
    return "application/json".equals(request.headers().get("Content-Type"));
  }

  private static List<Place> remoteWrite(byte[] body) throws IOException {
    List<Place> points = new ArrayList<>();
    for (TimeSeries one : WriteRequest.parseFrom(Snappy.uncompress(body)).getTimeseriesList()) {
      one.getSamplesList().forEach(sample -> points.add(new Place(FakePrometheus.name(one), sample.getTimestamp())));
    }
    return points;
  }

  private static List<Place> datadog(byte[] body) throws IOException {
    List<Place> points = new ArrayList<>();
    byte[] raw = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    for (JsonNode one : JsonMapper.shared().readTree(raw).path("series")) {
      List<String> tags = one.path("tags").valueStream().map(JsonNode::asString).sorted().toList();
      String series = datadogName(one.path("metric").asString(), tags);
      one.path("points").forEach(point -> points.add(new Place(series, point.path("timestamp").asLong() * 1000)));
    }
    return points;
  }

  /** A series of Datadog's as {@link dev.apmexport.exporter.metric.Series#toString} writes it. */
  static String datadogName(String metric, List<String> tags) {
    return tags.isEmpty() ? metric
        : tags.stream().map(tag -> tag.replaceFirst(":", "=\"") + '"')
            .collect(Collectors.joining(", ", metric + "{", "}"));
  }

  /** The same for every try, whoever makes it. */
  String identity() {
    return points.isEmpty() ? "probe" : points.getFirst() + " of " + points.size();
  }
}
