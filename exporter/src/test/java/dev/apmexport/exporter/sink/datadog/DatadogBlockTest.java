package dev.apmexport.exporter.sink.datadog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Blocks as users write them, with single quotes for double ones. */
class DatadogBlockTest {
  private static ApmBlock read(String keys) {
    return ApmBlocks.readBlock(0, JsonMapper.shared().readTree(("{" + keys + "}").replace('\'', '"')));
  }

  private static ExportConfig config(String keys) {
    ApmBlock block = read(keys);
    assertThat(block.problems()).isEmpty();
    assertThat(block.config()).isNotNull();
    return block.config();
  }

  private static List<String> problems(String keys) {
    return read(keys).problems().stream().map(Problem::toString).toList();
  }

  @ParameterizedTest
  @CsvSource({"us,api.datadoghq.com", "us1,api.datadoghq.com", "eu,api.datadoghq.eu", "eu1,api.datadoghq.eu",
      "us3,api.us3.datadoghq.com", "us5,api.us5.datadoghq.com", "us1-fed,api.ddog-gov.com",
      "ap1,api.ap1.datadoghq.com", "ap2,api.ap2.datadoghq.com", "uk1,api.uk1.datadoghq.com"})
  void a_region_is_an_address(String region, String host) {
    assertThat(config("'provider': 'datadog', 'apiKey': 'k', 'region': '" + region + "'").sink().destination())
        .isEqualTo("https://" + host);
  }

  @ParameterizedTest
  @CsvSource({"datadog,com", "DataDog,com", "datadogeu,eu", "DataDogEU,eu"})
  void without_a_region_the_providers_name_says_where(String provider, String domain) {
    assertThat(config("'provider': '" + provider + "', 'apiKey': 'k'").sink().destination())
        .isEqualTo("https://api.datadoghq." + domain);
  }

  @Test
  void a_region_against_the_providers_name_is_an_error() {
    config("'provider': 'DataDogEU', 'apiKey': 'k', 'region': 'eu1'");
    assertThat(problems("'provider': 'DataDogEU', 'apiKey': 'k', 'region': 'us'"))
        .containsExactly(
            "apm[0].region: is \"us\", while the provider's name says eu; use provider: 'datadog', or leave the "
                + "region out.");
  }

  @ParameterizedTest
  @CsvSource({"http://127.0.0.1:8126/datadog/,http://127.0.0.1:8126/datadog",
      "https://api.datadoghq.eu,https://api.datadoghq.eu"})
  void an_address_may_stand_in_place_of_the_region(String url, String destination) {
    assertThat(config("'provider': 'datadog', 'apiKey': 'k', 'apiURL': '" + url + "'").sink().destination())
        .isEqualTo(destination);
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://api.datadoghq.eu/api/v1/validate",
      "https://api.datadoghq.eu/api/v3/series", "http://x/api/v1/series/api/v1/series", "https://x/api/v1/series?a=b",
      "https://api.datadoghq.eu/api/", "https://api.datadoghq.eu/?api_key=s3cr3t",
      "api.datadoghq.eu", "https://someone:s3cr3t@api.datadoghq.eu"})
  void an_address_that_is_not_the_apis_is_an_error(String url) {
    ApmBlock block = read("'provider': 'datadog', 'apiKey': 'k', 'apiURL': '" + url + "'");
    assertThat(block.enabled()).isFalse();
    assertThat(block.problems()).singleElement().asString().startsWith("apm[0].apiURL: must be ")
        .doesNotContain("s3cr3t");
  }

  @ParameterizedTest
  @CsvSource({"http://vm:8428/datadog/api/v1/series,http://vm:8428/datadog,v1",
      "http://vm:8428/datadog/api/v1,http://vm:8428/datadog,v1", "http://vm/api/v2/series/,http://vm,v2",
      "http://vm/datadog/,http://vm/datadog,v2", "https://api.datadoghq.eu/api/v1,https://api.datadoghq.eu,v1"})
  void the_address_of_an_intake_says_its_version(String url, String base, String version) {
    ExportConfig config = config("'provider': 'datadog', 'apiKey': 'k', 'apiURL': '" + url + "'");
    assertThat(config.sink().destination()).isEqualTo(base);
    assertThat(config.normalized().toString()).contains("\"apiURL\":\"" + base + "\"",
        "\"apiVersion\":\"" + version + "\"");
    assertThat(config(config.normalized().toString().replaceAll("^\\{|\\}$", "")).normalized())
        .isEqualTo(config.normalized());
  }

  @Test
  void a_version_may_be_said_with_any_address_but_not_against_it() {
    assertThat(config("'provider': 'datadog', 'apiKey': 'k', 'apiVersion': 'v1'").normalized().toString())
        .contains("\"apiURL\":\"https://api.datadoghq.com\"", "\"apiVersion\":\"v1\"");
    config("'provider': 'datadog', 'apiKey': 'k', 'apiVersion': 'v1', 'apiURL': 'http://vm/datadog/api/v1/series'");
    assertThat(problems("""
        'provider': 'datadog', 'apiKey': 'k', 'apiVersion': 'v2', 'apiURL': 'http://vm/datadog/api/v1/series'"""))
        .containsExactly("apm[0].apiVersion: is \"v2\", while apiURL ends with an intake of version \"v1\"; leave "
            + "apiVersion out, or give apiURL without /api/….");
    assertThat(problems("'provider': 'datadog', 'apiKey': 'k', 'apiVersion': 1"))
        .containsExactly("apm[0].apiVersion: must be one of v1, v2; got 1 (did you mean \"v1\"?).");
  }

  @Test
  void every_mistake_is_told_at_once_and_no_key_is_shown() {
    assertThat(problems("""
        'provider': 'datadog', 'appKey': 's3cr3t\\n', 'region': 'eu2', 'apiURL': 'https://api.datadoghq.eu',
        'resampleRate': 60""")).containsExactly(
        "apm[0].apiKey: is missing: the API key of the Datadog account to write to.",
        "apm[0].appKey: is no key of Datadog: it holds a blank, a line break or a character that is not ASCII. Give "
            + "the key alone, as Datadog shows it.",
        "apm[0].region: must be one of us, us1, us3, us5, us1-fed, eu, eu1, uk1, ap1, ap2; got \"eu2\" (did you mean "
            + "\"eu\"?).",
        "apm[0].apiURL: and region both say where to write to; give one of them.",
        "apm[0].resampleRate: must be a whole number from 1 to 10, got 60.");
  }

  @Test
  void a_block_of_2020_works_with_a_word_on_every_older_key() {
    ApmBlock block = read("""
        'provider': 'DataDogEU', 'api_key': 'k1', 'app_key': 'k2', 'export_metrics': ['k6.vus', 'my_rate'],
        'export_default_metrics': true, 'resample_rate': 1""");
    assertThat(block.config()).isNotNull();
    assertThat(block.config().sink().destination()).isEqualTo("https://api.datadoghq.eu");
    assertThat(block.config().metrics()).extracting(block.config()::name).containsExactly("k6.vus", "k6.iterations",
        "k6.data_sent", "k6.data_received", "k6.http_reqs", "k6.http_req_duration", "k6.my_rate");
    assertThat(block.problems()).noneMatch(Problem::isError).extracting(Problem::path).containsExactlyInAnyOrder(
        "apm[0].api_key", "apm[0].app_key", "apm[0].export_metrics", "apm[0].export_default_metrics",
        "apm[0].resample_rate", "apm[0].export_metrics[0]");
  }

  @Test
  void keys_of_prometheus_are_ignored_with_a_word_on_what_is_right_here() {
    ApmBlock block = read("""
        'provider': 'datadog', 'apiKey': 'k', 'remoteWriteURL': 'https://x.example/?s3cr3t', 'rateCounters': true,
        'credentials': {'token': 's3cr3t'}, 'staleMarkers': true, 'outOfOrder': '30m'""");
    assertThat(block.enabled()).isTrue();
    assertThat(block.problems()).hasSize(5).extracting(Problem::toString)
        .allSatisfy(problem -> assertThat(problem).contains(" is ignored here: Datadog ").doesNotContain("s3cr3t"));
  }

  @Test
  void the_dashboards_preset_is_known() {
    ExportConfig config = config("'provider': 'datadog', 'apiKey': 'k', 'preset': 'datadog-k6'");
    assertThat(config.metrics()).extracting(config::name).contains("k6.http_reqs", "k6.http_req_waiting");
  }

  @Test
  void the_normalized_block_says_all_but_the_secrets_and_can_be_read_again() {
    ExportConfig config = config("""
        'provider': 'datadog', 'apiKey': 's3cr3t-1', 'appKey': 's3cr3t-2', 'region': 'us5', 'headers': {'X-A': 's3cr3t'},
        'trendStats': ['p(95)', 'count'], 'tags': {'team': 'shop'}""");
    assertThat(config.normalized().toString()).doesNotContain("s3cr3t").contains("\"apiKey\":\"***\"",
        "\"appKey\":\"***\"", "\"apiURL\":\"https://api.us5.datadoghq.com\"", "\"trendStats\":[\"p(95)\",\"count\"]");
    ApmBlock again = ApmBlocks.readBlock(0, config.normalized());
    assertThat(again.problems()).isEmpty();
    assertThat(again.config()).isNotNull();
    assertThat(again.config().normalized()).isEqualTo(config.normalized());
    assertThat(config.toString()).doesNotContain("s3cr3t");
  }

  @Test
  void blocks_with_one_key_share_their_destination() {
    ExportConfig one = config("'provider': 'datadog', 'apiKey': 'k', 'appKey': 'a'");
    assertThat(one.sink().sharesDestinationWith(config("'provider': 'DataDog', 'apiKey': 'k', 'region': 'us1'").sink()))
        .isTrue();
    assertThat(one.sink().sharesDestinationWith(config("'provider': 'datadogeu', 'apiKey': 'k'").sink())).isFalse();
    assertThat(one.sink().sharesDestinationWith(config("'provider': 'datadog', 'apiKey': 'l'").sink())).isFalse();
  }
}
