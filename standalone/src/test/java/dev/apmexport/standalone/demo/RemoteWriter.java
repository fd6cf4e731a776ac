package dev.apmexport.standalone.demo;

import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.Sample;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiConsumer;
import org.xerial.snappy.Snappy;

/** Writes points to a Prometheus in one request, without the exporter's own sink. */
final class RemoteWriter {
  private RemoteWriter() {}

  /** Returns the status of the answer. */
  static int write(LocalPrometheus prometheus, Map<OutputSeries, SortedMap<Long, Double>> points)
      throws IOException, InterruptedException {
    var body = WriteRequest.newBuilder();
    points.forEach((series, values) -> body.addTimeseries(timeSeries(series, values)));
    var request = HttpRequest.newBuilder(prometheus.remoteWriteUrl()).header("Content-Encoding", "snappy")
        .header("Content-Type", "application/x-protobuf").header("X-Prometheus-Remote-Write-Version", "0.1.0")
        .POST(BodyPublishers.ofByteArray(Snappy.compress(body.build().toByteArray()))).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, BodyHandlers.discarding()).statusCode();
    }
  }

  private static TimeSeries timeSeries(OutputSeries series, SortedMap<Long, Double> values) {
    var one = TimeSeries.newBuilder();
    BiConsumer<String, String> label = (name, value) -> one
        .addLabels(Label.newBuilder().setName(name).setValue(value));
    label.accept("__name__", series.name());
    series.labels().forEach(label);
    values.forEach((at, value) -> one.addSamples(Sample.newBuilder().setTimestamp(at).setValue(value)));
    return one.build();
  }
}
