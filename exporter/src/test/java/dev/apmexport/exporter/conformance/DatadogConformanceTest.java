package dev.apmexport.exporter.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.datadog.DatadogConfig;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The sender's duties towards Datadog. */
class DatadogConformanceTest extends SenderContract {
  @Override
  SinkConfig configFor(URI endpoint) {
    return new DatadogConfig(endpoint, new Secret(SECRET));
  }

  @Override
  List<Wired> decode(LoopbackServer.Request request) throws IOException {
    List<Wired> points = new ArrayList<>();
    if (request.line().startsWith("POST ")) {
      JsonNode body = JsonMapper.shared().readTree(new GZIPInputStream(new ByteArrayInputStream(request.body())));
      for (JsonNode one : body.path("series")) {
        for (JsonNode point : one.path("points")) {
          points.add(new Wired(one.path("metric").stringValue(), point.path("timestamp").longValue() * 1_000,
              point.path("value").doubleValue()));
        }
      }
    }
    return points;
  }

  @Test
  void datadogs_own_header_says_when_to_come_back() throws InterruptedException {
    script = _ -> arrivals.size() == 1 ? Answer.of(429, "slow", "X-RateLimit-Period: 60", "X-RateLimit-Reset: 42") : OK;
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 2)));
    drain();
    assertThat(arrivals).extracting(Arrival::when).containsExactly(NOW, NOW + 42_000);
  }

  @Test
  void what_is_older_than_an_hour_is_not_sent_since_it_would_be_dropped_with_a_202() throws InterruptedException {
    start(1);
    delivery.submit(step(0, 0, 3_700, names(0, 2)));
    delivery.submit(step(0, 1, 1, names(0, 2)));
    drain();
    assertThat(arrivals).hasSize(1);
    assertThat(progress.rejected()).isEqualTo(2);
  }
}
