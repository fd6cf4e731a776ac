package dev.apmexport.exporter.conformance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The sender's duties towards receivers of Prometheus remote write 1.0, and the checks of the earlier public suite. */
class RemoteWriteConformanceTest extends SenderContract {
  @Override
  SinkConfig configFor(URI endpoint) {
    return config(endpoint, _ -> {});
  }

  private static SinkConfig config(URI endpoint, java.util.function.Consumer<ObjectNode> more) {
    ApmBlock block = block(endpoint, more);
    assertThat(block.problems()).isEmpty();
    return requireNonNull(block.config()).sink();
  }

  private static ApmBlock block(URI endpoint, java.util.function.Consumer<ObjectNode> more) {
    ObjectNode json = JsonMapper.shared().createObjectNode().put("provider", "prometheus").put("remoteWriteURL",
        endpoint.toString());
    json.putObject("credentials").put("token", SECRET);
    more.accept(json);
    return ApmBlocks.readBlock(0, json);
  }

  @Override
  List<Wired> decode(LoopbackServer.Request request) throws IOException {
    List<Wired> points = new ArrayList<>();
    for (TimeSeries one : WriteRequest.parseFrom(SnappyDecoder.decode(request.body())).getTimeseriesList()) {
      String name = one.getLabelsList().stream().filter(label -> label.getName().equals("__name__"))
          .map(Label::getValue).findFirst().orElseThrow();
      one.getSamplesList().forEach(sample -> points.add(new Wired(name, sample.getTimestamp(), sample.getValue())));
    }
    return points;
  }

  @Test
  void t01_the_headers_are_exact() throws InterruptedException {
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 1)));
    drain();
    LoopbackServer.Request request = arrivals.getFirst().request();
    assertThat(request.line()).isEqualTo("POST /in HTTP/1.1");
    assertThat(request.headers()).containsEntry("Content-Type", "application/x-protobuf")
        .containsEntry("Content-Encoding", "snappy").containsEntry("X-Prometheus-Remote-Write-Version", "0.1.0")
        .containsEntry("User-Agent", "k6-apm-export/0.1").containsEntry("Authorization", "Bearer " + SECRET)
        .containsOnlyKeys("Content-Type", "Content-Encoding", "X-Prometheus-Remote-Write-Version", "User-Agent",
            "Authorization", "Host", "Connection", "Content-Length");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Type", "CONTENT-ENCODING", "content-length", "X-Prometheus-Remote-Write-Version",
      "User-Agent", "Host", "Connection", "Transfer-Encoding", "Authorization", "Cookie"})
  void t01_a_header_of_the_protocol_cannot_be_set_by_a_block(String header) {
    ApmBlock block = block(server.uri("/in"), json -> json.putObject("headers").put(header, "other"));
    assertThat(block.enabled()).isFalse();
    assertThat(block.problems()).anyMatch(problem -> problem.isError() && problem.path().contains(header));
  }

  @Test
  void t09_a_receiver_of_another_version_pauses_with_a_sentence_and_nothing_is_sent_in_another_format()
      throws InterruptedException {
    start(1);
    server.answer((request, to, out) -> Answer.of(415, "only v2").give(request, to, out));
    delivery.submit(step(0, 0, 1, names(0, 3)));
    time.until(() -> server.requests().size() >= 5 && progress.isPaused());
    assertThat(server.requests()).allSatisfy(request -> assertThat(request.headers())
        .containsEntry("Content-Type", "application/x-protobuf")
        .containsEntry("X-Prometheus-Remote-Write-Version", "0.1.0"));
    assertThat(progress.lastError()).isEqualTo("The receiver does not take remote write 1.0, the version that is "
        + "spoken here; have it accept version 1.0. HTTP 415: only v2");
    delivery.giveUpAt(time.instant());
    time.until(delivery::gaveUp);
  }

  @Test
  void t18_retries500_what_is_answered_with_500_first_arrives_later() throws InterruptedException {
    script = _ -> arrivals.size() == 1 ? Answer.of(500) : OK;
    start(1);
    for (int number = 0; number < 3; number++) {
      delivery.submit(step(0, number, 10 - number, names(0, 5)));
    }
    drain();
    assertThat(arrivals.subList(1, arrivals.size()).stream().flatMap(arrival -> arrival.points().stream()))
        .containsAll(arrivals.getFirst().points());
  }

  @Test
  void t18_retries400_in_strict_mode_what_is_answered_with_400_never_arrives_again() throws InterruptedException {
    script = _ -> arrivals.size() == 1 ? Answer.of(400) : OK;
    start(1, config(server.uri("/in"), json -> json.put("strict", true)));
    for (int number = 0; number < 5; number++) {
      delivery.submit(step(0, number, 10 - number, names(0, 5)));
    }
    drain();
    long refused = arrivals.getFirst().points().getFirst().atMillis();
    assertThat(arrivals.subList(1, arrivals.size())).hasSize(4)
        .noneMatch(arrival -> arrival.points().stream().anyMatch(point -> point.atMillis() == refused));
    assertThat(progress.accepted()).isEqualTo(20);
    assertThat(progress.rejected()).isEqualTo(5);
  }

  @Test
  void t18_ordering_a_thousand_series_arrive_in_order_though_the_receiver_dawdles_at_random() throws Exception {
    Random random = new Random(18);
    script = _ -> {
      LockSupport.parkNanos(random.nextInt(5_000_000));
      return OK;
    };
    start(8);
    for (int number = 0; number < 20; number++) {
      for (int shard = 0; shard < 8; shard++) {
        delivery.submit(step(shard, number, 60 - number, names(shard * 125, shard * 125 + 125)));
      }
    }
    drain();
    Map<String, Long> last = new HashMap<>();
    arrivals.forEach(arrival -> arrival.points().forEach(point -> {
      Long before = last.put(point.series(), point.atMillis());
      assertThat(before == null || before < point.atMillis()).as(point.toString()).isTrue();
    }));
    assertThat(last).hasSize(1_000);
  }
}
