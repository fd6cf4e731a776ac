package dev.apmexport.standalone.pipe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.Tls;
import dev.apmexport.exporter.sink.TrendStat;
import dev.apmexport.exporter.sink.prometheus.Credentials;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipeSettingsTest {
  private static final long MOST = 128 << 20;

  private static PipeSettings.Outcome read(Map<String, String> environment) {
    return PipeSettings.read(environment, MOST);
  }

  private static PipeSettings good(Map<String, String> environment) {
    PipeSettings.Outcome read = read(environment);
    assertThat(read.faults()).isEmpty();
    return Objects.requireNonNull(read.settings());
  }

  private static RemoteWriteConfig receiver(Map<String, String> environment) {
    return (RemoteWriteConfig) good(environment).sink();
  }

  @Test
  void without_any_variable_the_older_defaults_hold() {
    PipeSettings settings = good(Map.of("K6_VUS", "10"));
    RemoteWriteConfig receiver = (RemoteWriteConfig) settings.sink();

    assertThat(receiver.url()).hasToString("http://localhost:9090/api/v1/write");
    assertThat(settings.seconds()).isOne();
    assertThat(settings.raw()).isFalse();
    assertThat(settings.tags()).isEqualTo(new EveryMetric.Tags(true, false));
    assertThat(settings.tailBytes()).isEqualTo(64 << 20);
    assertThat(settings.drain()).isEqualTo(Duration.ofSeconds(30));
    assertThat(receiver.statistics().trend()).extracting(TrendStat::toString).containsExactly("min", "max", "avg",
        "med", "p(90)", "p(95)", "p(99)", "count", "sum");
    assertThat(receiver.credentials()).isEqualTo(new Credentials.None());
    assertThat(read(Map.of()).notes()).isEmpty();
  }

  @Test
  void where_a_newer_name_is_used_the_newer_defaults_hold() {
    PipeSettings settings = good(Map.of("K6_PROMETHEUS_RW_SERVER_URL", "https://host.example/w"));
    RemoteWriteConfig receiver = (RemoteWriteConfig) settings.sink();

    assertThat(settings.seconds()).isEqualTo(5);
    assertThat(settings.tags()).isEqualTo(new EveryMetric.Tags(true, true));
    assertThat(receiver.tls().insecureSkipVerify()).isFalse();
    assertThat(receiver.statistics().trend()).extracting(TrendStat::toString).containsExactly("p(99)");
  }

  @Test
  void every_older_name_is_read() throws Exception {
    PipeSettings settings = good(Map.of("K6_PROMETHEUS_REMOTE_URL", "http://host.example/w", "K6_PROMETHEUS_USER",
        "foo", "K6_PROMETHEUS_PASSWORD", "bar", "K6_PROMETHEUS_FLUSH_PERIOD", "3s", "K6_PROMETHEUS_MAPPING", "raw",
        "K6_KEEP_TAGS", "false", "K6_KEEP_NAME_TAG", "1"));
    RemoteWriteConfig receiver = (RemoteWriteConfig) settings.sink();

    assertThat(receiver.destination()).isEqualTo("http://host.example/w");
    assertThat(receiver.credentials().authorization()).contains("Basic Zm9vOmJhcg==");
    assertThat(settings.seconds()).isEqualTo(3);
    assertThat(settings.raw()).isTrue();
    assertThat(settings.tags()).isEqualTo(new EveryMetric.Tags(false, true));
  }

  @Test
  void every_newer_name_is_read() {
    RemoteWriteConfig receiver = receiver(Map.of("K6_PROMETHEUS_RW_SERVER_URL", "https://host.example/w",
        "K6_PROMETHEUS_RW_BEARER_TOKEN", "token", "K6_PROMETHEUS_RW_HTTP_HEADERS", "X-Scope-OrgID: a, X-Two:b:c",
        "K6_PROMETHEUS_RW_HEADERS_X-Three", "d", "K6_PROMETHEUS_RW_TREND_STATS", "max, p(99.9)",
        "K6_PROMETHEUS_RW_STALE_MARKERS", "true", "K6_PROMETHEUS_RW_INSECURE_SKIP_TLS_VERIFY", "true"));

    assertThat(receiver.credentials().authorization()).contains("Bearer token");
    assertThat(receiver.headers().values().keySet()).containsExactly("X-Scope-OrgID", "X-Three", "X-Two");
    assertThat(receiver.headers().values().values()).extracting(secret -> secret.reveal()).containsExactly("a", "d",
        "b:c");
    assertThat(receiver.statistics().trend()).extracting(TrendStat::toString).containsExactly("max", "p(99.9)");
    assertThat(receiver.staleMarkers()).isTrue();
    assertThat(receiver.tls()).isEqualTo(new Tls(null, true));
  }

  @Test
  void two_names_of_one_setting_may_say_the_same_and_nothing_else() {
    assertThat(good(Map.of("K6_PROMETHEUS_FLUSH_PERIOD", "2s", "K6_PROMETHEUS_RW_PUSH_INTERVAL", "2s")).seconds())
        .isEqualTo(2);
    assertThat(read(Map.of("K6_PROMETHEUS_PASSWORD", "canary1", "K6_PROMETHEUS_RW_PASSWORD", "canary2",
        "K6_PROMETHEUS_USER", "foo")).faults()).containsExactly("K6_PROMETHEUS_PASSWORD and K6_PROMETHEUS_RW_PASSWORD "
            + "are one setting and have different values; keep one of them.");
  }

  @ParameterizedTest
  @CsvSource({"1s, 1, false", "10s, 10, false", "500ms, 1, true", "2.4s, 2, true", "1m30s, 10, true", "0.1s, 1, true",
      "5000, 5, false",
      "2500.5, 3, true", "5, 1, true", "3000000us, 3, false", "1d, 10, true", ".5m, 10, true"})
  void a_flush_period_is_rounded_to_a_window_and_that_is_told(String period, int seconds, boolean told) {
    PipeSettings.Outcome read = read(Map.of("K6_PROMETHEUS_FLUSH_PERIOD", period));

    assertThat(Objects.requireNonNull(read.settings()).seconds()).isEqualTo(seconds);
    assertThat(read.notes()).hasSize(told ? 1 : 0);
    assertThat(read.notes())
        .allSatisfy(note -> assertThat(note)
            .startsWith("K6_PROMETHEUS_FLUSH_PERIOD=" + period + " becomes " + seconds + "s"));
  }

  @ParameterizedTest
  @CsvSource({"K6_PROMETHEUS_FLUSH_PERIOD, 5x", "K6_PROMETHEUS_FLUSH_PERIOD, 0s", "K6_PROMETHEUS_FLUSH_PERIOD, 0",
      "K6_PROMETHEUS_FLUSH_PERIOD, -5s", "K6_PROMETHEUS_RW_PUSH_INTERVAL, s",
      "K6_PROMETHEUS_MAPPING, Raw", "K6_KEEP_TAGS, yes", "K6_PROMETHEUS_REMOTE_URL, localhost:9090",
      "K6_PROMETHEUS_INSECURE_SKIP_TLS_VERIFY, 2", "K6_CA_CERT_FILE, /no/such/file", "APM_PIPE_BUFFER, 10k",
      "APM_PIPE_BUFFER, 1g", "APM_PIPE_DRAIN, 2h", "APM_PIPE_DRAIN, 30", "K6_PROMETHEUS_RW_TREND_STATS, 'p(99),p99.9'",
      "K6_PROMETHEUS_RW_HTTP_HEADERS, X-No-Value", "K6_PROMETHEUS_RW_HEADERS_Host, x",
      "K6_PROMETHEUS_RW_CLIENT_CERTIFICATE, a.pem", "K6_PROMETHEUS_RW_SIGV4_REGION, eu",
      "K6_PROMETHEUS_RW_BEARER_TOKEN, 'two words'"})
  void a_wrong_value_is_told_with_the_name_of_its_variable(String variable, String value) {
    PipeSettings.Outcome read = read(Map.of(variable, value));

    assertThat(read.settings()).isNull();
    assertThat(read.faults()).singleElement().asString().startsWith(variable).endsWith(".").doesNotContain("apm[");
  }

  @Test
  void all_faults_are_told_at_once() {
    assertThat(read(Map.of("K6_PROMETHEUS_REMOTE_URL", "x", "K6_PROMETHEUS_MAPPING", "x", "K6_KEEP_TAGS", "x",
        "K6_KEEP_NAME_TAG", "x", "APM_PIPE_BUFFER", "x", "APM_PIPE_DRAIN", "x")).faults()).hasSize(6);
  }

  @Test
  void what_is_not_supported_or_not_known_is_told() {
    assertThat(read(Map.of("K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM", "true", "K6_PROMETHEUS_RW_TLS_MINIMUM_VERSION",
        "1.3", "K6_PROMETHEUS_FLUSHPERIOD", "1s", "APM_PIPE_BUFER", "1m")).notes()).anySatisfy(
            note -> assertThat(note).startsWith("K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM is not supported"))
        .anySatisfy(note -> assertThat(note).startsWith("K6_PROMETHEUS_RW_TLS_MINIMUM_VERSION is ignored"))
        .contains("K6_PROMETHEUS_FLUSHPERIOD is not a known setting and is ignored (did you mean "
            + "\"K6_PROMETHEUS_FLUSH_PERIOD\"?).")
        .contains("APM_PIPE_BUFER is not a known setting and is ignored (did you mean \"APM_PIPE_BUFFER\"?).")
        .hasSize(4);
  }

  @Test
  void trust_in_any_certificate_is_the_older_default_and_told_where_there_is_one() {
    PipeSettings.Outcome https = read(Map.of("K6_PROMETHEUS_REMOTE_URL", "https://host.example/w"));

    assertThat(((RemoteWriteConfig) Objects.requireNonNull(https.settings()).sink()).tls().insecureSkipVerify())
        .isTrue();
    assertThat(https.notes()).singleElement().asString().startsWith("K6_PROMETHEUS_INSECURE_SKIP_TLS_VERIFY, which is "
        + "true unless set to false, is on: anyone on the way can read").contains("Set it to false")
        .doesNotContain("caCert");
    assertThat(read(Map.of("K6_PROMETHEUS_REMOTE_URL", "http://host.example/w")).notes()).isEmpty();
  }

  @Test
  void a_certificate_is_read_from_its_file(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("ca.pem"), "no certificate");

    assertThat(read(Map.of("K6_PROMETHEUS_REMOTE_URL", "https://host.example/w", "K6_CA_CERT_FILE", file.toString(),
        "K6_PROMETHEUS_INSECURE_SKIP_TLS_VERIFY", "false")).faults()).singleElement().asString()
        .startsWith("K6_CA_CERT_FILE must be the text of one or more certificates");
  }

  @Test
  void no_secret_is_shown() {
    PipeSettings.Outcome read = read(Map.of("K6_PROMETHEUS_REMOTE_URL", "https://canary:canary@host/?key=canary",
        "K6_PROMETHEUS_USER", "can:ary-canary", "K6_PROMETHEUS_RW_BEARER_TOKEN", "canary canary",
        "K6_PROMETHEUS_RW_HEADERS_X-Key", "canary\n", "K6_PROMETHEUS_RW_SIGV4_SECRET_KEY", "canary"));

    assertThat(read.faults()).hasSizeGreaterThan(3);
    assertThat(List.of(read.faults(), read.notes()).toString()).doesNotContain("canary");
    assertThat(good(Map.of("K6_PROMETHEUS_RW_BEARER_TOKEN", "canary", "K6_PROMETHEUS_RW_SERVER_URL",
        "http://host.example/w?key=canary")).toString()).doesNotContain("canary");
  }

  @Test
  void which_tags_become_labels() {
    Labels all = Labels.of("name", "home", "method", "GET");

    assertThat(new EveryMetric.Tags(true, false).of(all)).isEqualTo(Labels.of("method", "GET"));
    assertThat(new EveryMetric.Tags(true, true).of(all)).isEqualTo(all);
    assertThat(new EveryMetric.Tags(false, true).of(all)).isEqualTo(Labels.NONE);
  }
}
