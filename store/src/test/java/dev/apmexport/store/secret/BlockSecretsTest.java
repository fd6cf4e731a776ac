package dev.apmexport.store.secret;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Secret;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class BlockSecretsTest {
  @ParameterizedTest
  @ValueSource(strings = {"{'credentials': {'token': 'canary-1'}}",
      "{'credentials': {'username': 'canary-1', 'password': 'canary-2'}}",
      "{'apiKey': 'canary-1', 'appKey': 'canary-2'}",
      "{'api_key': 'canary-1', 'app_key': 'canary-2'}",
      "{'headers': {'X-Scope': 'canary-1', 'Authorization': 'canary-2'}}",
      "{'queryCredentials': {'token': 'canary-1', 'password': 'canary-2'}}",
      "{'queryURL': 'https://example.com/?key=canary-1', 'queryHeaders': {'X-Scope-OrgID': 'canary-2'}}",
      "{'queryURL': 'https://me:canary-1@example.com/'}",
      "{'credentails': {'tokn': 'canary-1'}}", "{'Provider': 'canary-1'}", "{'remoteWriteUrl': 'https://canary-1'}",
      "{'remoteWriteURL': 'https://me:canary-1@example.com/write'}", "{'apiURL': 'https://example.com?key=canary-1'}",
      "{'deep': [{'er': ['canary-1', {'x': 'canary-2'}]}]}", "{'': 'canary-1', 'a/b~c': {'': {'~1': 'canary-2'}}}",
      "{'api_Key': 'canary-1', 'APIKEY': 'canary-2'}", "{'Credentials': {'token': 'canary-1'}}",
      "{'passwrd': 'canary-1'}", "{'headers': {'region': 'canary-1', 'tags': {'x': 'canary-2'}}}",
      "{'metrics': [{'sourceMetric': 'vus', 'secret': 'canary-1', 'keepTags': {'x': 'canary-2'}}]}",
      "{'metrics': 'canary-1', 'tags': 'canary-2'}",
      "{'credentials': {'provider': 'canary-1', 'metrics': ['canary-2']}}", "{'apiURL': 'canary-1'}",
      "{'tls': {'caCert': 'canary-1', 'insecureSkipVerify': true}}", "{'remoteWriteURL': ['https://canary-1']}",
      "{'password': 70011223344}", "{'credentials': {'token': 7001122.5}}", "{'nul\\u0000': 'canary-1'}"})
  void no_secret_stays_and_every_one_comes_back(String json) {
    ObjectNode block = block(json);
    ObjectNode written = block.deepCopy();

    Map<String, Secret> secrets = BlockSecrets.takeFrom(block);

    assertThat(block.toString()).doesNotContain("canary").doesNotContain("70011");
    assertThat(secrets).isNotEmpty();
    assertThat(secrets.toString()).doesNotContain("canary");
    assertThat(secrets.keySet()).noneMatch(path -> path.indexOf('\0') >= 0);
    BlockSecrets.putInto(block, secrets);
    assertThat(block.toString().replace("\"", "")).isEqualTo(written.toString().replace("\"", ""));
  }

  @Test
  void a_block_shows_where_secrets_were_taken() {
    ObjectNode block = block("{'apiKey': 'canary-1', 'tags': {'team': '***'}, 'headers': {'a/b': 'canary-2'}}");
    Map<String, Secret> secrets = BlockSecrets.takeFrom(block);

    assertThat(BlockSecrets.missingFrom(block)).isEqualTo(secrets.keySet()).hasSize(2);
    BlockSecrets.putInto(block, secrets);
    assertThat(BlockSecrets.missingFrom(block)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{'apiKey': 'canary-1', 'KEY': 'canary-2'}", "{'apiKey': 'canary-1', 'x': {'KEY': 7}}",
      "{'apiKey': 'canary-1', 'KEY': [7, [8]]}"})
  void of_a_key_too_long_to_be_known_nothing_is_kept(String json) {
    ObjectNode block = block(json.replace("KEY", "long".repeat(4_500)));

    Map<String, Secret> secrets = BlockSecrets.takeFrom(block);

    assertThat(secrets.keySet()).containsExactly("/apiKey");
    assertThat(block.toString()).doesNotContain("canary").contains("null");
    assertThat(BlockSecrets.missingFrom(block)).containsExactly("/apiKey");
  }

  @Test
  void what_is_no_secret_stays_readable() {
    ObjectNode block = block(
        "{'provider': 'prometheus', 'remoteWriteURL': 'https://example.com/write', 'resampleRate': 3,"
            + "'includeTestRunId': true, 'metrics': ['vus', {'sourceMetric': 'checks{a=\\'b\\'}', 'keepTags': ['url']}], 'region': null,"
            + "'tags': {'team': 'shop'}, 'trendStats': ['p95'], 'trendMode': 'window', 'runSummary': true,"
            + "'rateCounters': true, 'staleMarkers': false, 'outOfOrder': '2h', 'preset': 'grafana-19665',"
            + "'accuracy': 'reconcile', 'queryURL': 'http://10.0.0.1:9090/api/v1/query', 'tls': {'insecureSkipVerify': true}}");
    ObjectNode written = block.deepCopy();

    assertThat(BlockSecrets.takeFrom(block)).isEmpty();
    assertThat(block).isEqualTo(written);
  }

  private static ObjectNode block(String json) {
    return (ObjectNode) JsonMapper.shared().readTree(json.replace("\\'", "\\\"").replace('\'', '"'));
  }
}
