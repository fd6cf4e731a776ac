package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.SinkContract;
import dev.apmexport.exporter.sink.Tls;
import dev.apmexport.exporter.sink.WriteResult;
import java.net.URI;
import org.junit.jupiter.api.Test;

class DatadogV1SinkTest extends SinkContract {
  @Override
  protected SinkConfig configFor(URI endpoint) {
    return new DatadogConfig(endpoint, ApiVersion.V1, new Secret(SECRET), null, Headers.NONE, Tls.STANDARD,
        DatadogConfig.STATISTICS);
  }

  @Test
  void points_go_to_the_intake_of_version_1_with_the_key_in_a_header() {
    server.answer(Answer.of(202, "{\"status\":\"ok\"}"));
    assertThat(write(batch(1))).isEqualTo(new WriteResult.Accepted());
    assertThat(server.requests().getFirst().line()).isEqualTo("POST /in/api/v1/series HTTP/1.1");
    assertThat(server.requests().getFirst().headers()).containsEntry("DD-API-KEY", SECRET)
        .containsEntry("Content-Type", "application/json").containsEntry("Content-Encoding", "gzip");
  }
}
