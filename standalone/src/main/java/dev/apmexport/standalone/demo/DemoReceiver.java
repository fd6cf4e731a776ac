package dev.apmexport.standalone.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.Sample;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import org.xerial.snappy.Snappy;

/** Takes remote writes and keeps them in memory, for a machine without a Prometheus. */
final class DemoReceiver implements AutoCloseable {
  private final HttpServer server;
  private final SortedMap<OutputSeries, SortedMap<Long, Double>> held = new TreeMap<>();

  private DemoReceiver(HttpServer server) {
    this.server = server;
  }

  static DemoReceiver start() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    DemoReceiver receiver = new DemoReceiver(server);
    server.createContext("/api/v1/write", receiver::write);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return receiver;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/api/v1/write");
  }

  synchronized SortedMap<OutputSeries, SortedMap<Long, Double>> held() {
    return new TreeMap<>(held);
  }

  private void write(HttpExchange exchange) throws IOException {
    try (exchange) {
      keep(WriteRequest.parseFrom(Snappy.uncompress(exchange.getRequestBody().readAllBytes())));
      exchange.sendResponseHeaders(204, -1);
    }
  }

  private synchronized void keep(WriteRequest request) {
    for (TimeSeries series : request.getTimeseriesList()) {
      SortedMap<Long, Double> points = held.computeIfAbsent(name(series), _ -> new TreeMap<>());
      for (Sample sample : series.getSamplesList()) {
        points.put(sample.getTimestamp(), sample.getValue());
      }
    }
  }

  private static OutputSeries name(TimeSeries series) {
    Map<String, String> labels = new HashMap<>();
    for (Label label : series.getLabelsList()) {
      labels.put(label.getName(), label.getValue());
    }
    String name = labels.remove("__name__");
    return OutputSeries.of(name == null ? "" : name, labels);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
