package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.prometheus.wire.Sample;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import dev.apmexport.standalone.ServiceProcess;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xerial.snappy.Snappy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Remote write through the whole service to a real Prometheus: from a real Prometheus, and what a real k6 has sent. */
class RemoteWriteIT {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"%s\",\"resampleRate\":1,"
      + "\"metrics\":[\"up\",{\"sourceMetric\":\"prometheus_http_requests\",\"keepTags\":[\"handler\",\"code\"]}]}";

  @TempDir
  private static Path folder;
  private static Path program;
  private static ServiceProcess service;
  private static LocalPrometheus destination;

  @BeforeAll
  static void start() throws Exception {
    program = RequiresProgram.named("prometheus", LocalPrometheus.find());
    destination = LocalPrometheus.start(program, folder.resolve("destination"), LocalPrometheus.Settings.DEFAULT);
    service = new ServiceProcess(folder, "--apm.bootstrap-token=" + ServiceProcess.TOKEN).start();
  }

  @AfterAll
  static void stop() throws Exception {
    if (service != null) {
      service.close();
    }
    if (destination != null) {
      destination.close();
    }
  }

  private static String block() {
    return BLOCK.formatted(destination.remoteWriteUrl());
  }

  @Test
  void a_prometheus_sends_what_it_scrapes_with_basic_authorization() throws Exception {
    Instant begin = Instant.now();
    try (ServiceClient client = service.client()) {
      String run = client.create("scraped", "{\"cloud\":{\"apm\":[" + block() + "]}}").path("id").asString();
      String address = LocalProgram.freeAddress();
      URI sender = URI.create("http://" + address);
      var reader = new PrometheusReader(sender);
      SortedMap<Long, Double> scraped;
      try (LocalProgram _ = LocalProgram.start("prometheus", command(address, run), folder.resolve("sender.log"),
          sender.resolve("/-/ready"))) {
        await(() -> client.run(run),
            view -> view.at("/exports/0/points/accepted").asLong() > 30);
        scraped = only(reader.read("prometheus_http_requests_total{handler=\"/metrics\"}", begin, Instant.now()));
        assertThat(reader.read("prometheus_remote_storage_samples_failed_total", begin, Instant.now()).values())
            .allMatch(samples -> samples.values().stream().allMatch(failed -> failed == 0));
      }
      client.finish(run, "{}".getBytes());
      JsonNode view = await(() -> client.run(run), RemoteWriteIT::isReported);

      assertThat(view.at("/exports/0/reconciliation/exact").asBoolean()).as("%s", view).isTrue();
      var held = new PrometheusReader(destination.url()).read("{__name__=~\"k6_.*\"}", begin, Instant.now());
      assertThat(held.get(OutputSeries.of("k6_up", Map.of())).values()).contains(1.0);
      var requests = held.get(
          OutputSeries.of("k6_prometheus_http_requests", Map.of("handler", "/metrics", "code", "200")));
      requests.headMap(scraped.lastKey()).forEach((at, total) -> assertThat(total).as("at %d", at)
          .isEqualTo(scraped.headMap(at).isEmpty() ? 0 : scraped.get(scraped.headMap(at).lastKey())));
    }
  }

  private static List<String> command(String address, String run) throws IOException {
    Path config = Files.writeString(folder.resolve("sender.yml"), """
        global:
          scrape_interval: 1s
        scrape_configs:
          - job_name: itself
            static_configs: [{targets: ["%s"]}]
        remote_write:
          - url: %s/api/v1/test-runs/%s/write
            basic_auth: {username: anybody, password: %s}
            queue_config: {batch_send_deadline: 1s, max_shards: 1}
            metadata_config: {send_interval: 1s}
            write_relabel_configs: [{source_labels: [__name__], regex: "up|prometheus_http_requests_total", action: keep}]
        """.formatted(address, service.url(), run, ServiceProcess.TOKEN));
    return List.of(program.toString(), "--config.file=" + config, "--storage.tsdb.path=" + folder.resolve("sender"),
        "--web.listen-address=" + address);
  }

  @Test
  void what_k6_sent_makes_a_run_by_its_name_that_ends_with_k6() throws Exception {
    try (ServiceClient client = service.client()) {
      client.send("PUT", "/api/v1/apm-profiles/named", BodyPublishers.ofString(
          "{\"apm\":[{\"provider\":\"prometheus\",\"remoteWriteURL\":\"" + destination.remoteWriteUrl()
              + "\",\"includeTestRunId\":true,\"resampleRate\":3}]}"),
          "Content-Type", "application/json");
      List<WriteRequest> pushes = recorded();
      long shift = shift(pushes);
      Map<List<?>, Double> totals = new HashMap<>();
      for (WriteRequest push : pushes) {
        write(client, push, shift);
        push.getTimeseriesList().stream()
            .filter(
                series -> series.getLabelsList().stream().anyMatch(one -> one.getValue().equals("k6_http_reqs_total")))
            .forEach(series -> totals.put(series.getLabelsList(), series.getSamples(0).getValue()));
      }
      write(client, ended(pushes.getLast()), shift);

      JsonNode run = JsonMapper.shared().readTree(client.send("GET", "/api/v1/test-runs?limit=200",
          BodyPublishers.noBody()).body()).path("items").valueStream()
          .filter(one -> one.path("name").asString().equals("by name")).findFirst().orElseThrow();
      String id = run.path("id").asString();
      JsonNode view = await(() -> client.run(id), RemoteWriteIT::isReported);
      assertThat(view.at("/exports/0/reconciliation/exact").asBoolean()).as("%s", view).isTrue();
      assertThat(view.at("/exports/0/lateSamples").asLong()).isZero();
      var held = new PrometheusReader(destination.url()).read("{test_run_id=\"" + id + "\"}",
          Instant.now().minus(Duration.ofMinutes(10)), Instant.now());
      var requests = held.get(OutputSeries.of("k6_http_reqs", Map.of("test_run_id", id)));
      assertThat(requests.get(requests.lastKey()))
          .isEqualTo(totals.values().stream().mapToDouble(total -> total).sum());
      assertThat(held.keySet()).extracting(OutputSeries::name).contains("k6_vus", "k6_data_sent", "k6_data_received",
          "k6_iterations", "k6_http_req_duration_p99");
    }
  }

  private static List<WriteRequest> recorded() throws IOException {
    List<WriteRequest> pushes = new ArrayList<>();
    for (int i = 1; i <= 9; i++) {
      try (InputStream in = RemoteWriteIT.class.getResourceAsStream("/remote-write/%03d.bin".formatted(i))) {
        pushes.add(WriteRequest.parseFrom(Snappy.uncompress(in.readAllBytes())));
      }
    }
    return pushes;
  }

  /** By whole windows, so that the newest sample is of some seconds ago. */
  private static long shift(List<WriteRequest> pushes) {
    long newest = pushes.stream().flatMap(push -> push.getTimeseriesList().stream())
        .mapToLong(series -> series.getSamples(0).getTimestamp()).max().orElseThrow();
    return Math.floorDiv(System.currentTimeMillis() - 5_000 - newest, 3_000L) * 3_000;
  }

  /** As k6 ends every series when it is told to set stale markers. */
  private static WriteRequest ended(WriteRequest last) {
    WriteRequest.Builder ended = WriteRequest.newBuilder();
    last.getTimeseriesList().forEach(series -> ended.addTimeseries(TimeSeries.newBuilder().addAllLabels(
        series.getLabelsList()).addSamples(
            Sample.newBuilder().setTimestamp(series.getSamples(0).getTimestamp() + 1)
                .setValue(Double.longBitsToDouble(0x7ff0000000000002L)))));
    return ended.build();
  }

  private static void write(ServiceClient client, WriteRequest push, long shift) throws Exception {
    WriteRequest.Builder shifted = push.toBuilder();
    shifted.getTimeseriesBuilderList()
        .forEach(series -> series.getSamplesBuilder(0).setTimestamp(series.getSamples(0).getTimestamp() + shift));
    HttpResponse<String> answer = client.send("POST", "/p/named/api/v1/write",
        BodyPublishers.ofByteArray(Snappy.compress(shifted.build().toByteArray())), "X-Test-Run", "by name",
        "Content-Type", "application/x-protobuf", "Content-Encoding", "snappy", "User-Agent",
        "k6-prometheus-rw-output", "X-Prometheus-Remote-Write-Version", "0.1.0");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
  }

  private static boolean isReported(JsonNode view) {
    return view.path("state").asString().equals("finished") && view.at("/exports/0/reconciliation").isObject();
  }

  private static SortedMap<Long, Double> only(SortedMap<OutputSeries, SortedMap<Long, Double>> series) {
    assertThat(series).hasSize(1);
    return new TreeMap<>(series.get(series.firstKey()));
  }

  /** Asks the service for something. */
  @FunctionalInterface
  private interface Question {
    JsonNode ask() throws IOException, InterruptedException;
  }

  private static JsonNode await(Question question, Predicate<JsonNode> wanted)
      throws IOException, InterruptedException {
    Instant giveUp = Instant.now().plus(PATIENCE);
    JsonNode last = question.ask();
    while (!wanted.test(last)) {
      assertThat(Instant.now()).as("%s", last).isBefore(giveUp);
      Thread.sleep(200);
      last = question.ask();
    }
    return last;
  }
}
