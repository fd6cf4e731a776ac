package dev.apmexport.api.apm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.store.run.RunSeries;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

class ArchiveCheckTest extends WithApi {
  private static final String METADATA = "{\n  \"type\": \"js\",\n  \"options\": {\"vus\": 2, \"cloud\": {\"apm\": ["
      + "{\"provider\": \"prometheus\", \"remoteWriteURL\": \"https://example.com/w\", \"credentials\": {\"token\": \"canary\"}}]}},"
      + "\n  \"filename\": \"file:///home/me/checkout.js\",\n  \"env\": {\"KEY\": \"canary\"}\n}";

  /** What follows such an entry's header is the name of the next entry. */
  private static final String LONG_NAME = "././@LongLink";

  @Autowired
  private RunSeries series;

  @ParameterizedTest
  @ValueSource(strings = {"application/x-tar", "application/x-www-form-urlencoded", "application/octet-stream"})
  void the_options_of_an_archive_are_checked(String type) {
    Answer answer = check(tar(Map.of("metadata.json", METADATA, "data", "export default function () {}")), type);

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.at("/blocks/0/export/remoteWriteURL")).isEqualTo("https://example.com/w");
    assertThat(answer.text()).doesNotContain("canary");
  }

  @Test
  void the_metadata_may_stand_anywhere() {
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put("data", "x".repeat(3_000_000));
    entries.put("metadata.json", METADATA);

    assertThat(check(tar(entries)).at("/blocks/0/provider")).isEqualTo("prometheus");
  }

  @Test
  void the_script_names_its_runs_where_the_options_do_not() {
    String run = post("/api/v1/test-runs", "{\"name\":\"checkout.js\"}").at("/id");
    series.put(Long.parseLong(run), List.of(new InputSeries(0, MetricType.GAUGE, "vus", Labels.NONE)));

    assertThat(check(tar(Map.of("metadata.json", METADATA))).at("/blocks/0/series/estimatedFrom")).isEqualTo(run);
  }

  @Test
  void what_is_wrong_with_an_archive_is_told() {
    byte[] whole = tar(Map.of("metadata.json", METADATA + " ".repeat(5_000)));

    assertRefused(check(Arrays.copyOf(whole, 2_000)), "");
    assertRefused(check(tar(Map.of("data", "x"))), "no metadata.json");
    assertRefused(check(tar(Map.of("metadata.json", "{\"options\": canary"))), "metadata.json is not JSON");
    assertRefused(check(tar(Map.of("metadata.json", "{}"))), "holds no options");
    assertRefused(check(tar(Map.of("metadata.json", "[" + " ".repeat(5 << 20) + "]"))), "larger than 4194304 bytes");
  }

  @Test
  void an_archive_is_read_to_a_bound() {
    Map<String, String> many = new LinkedHashMap<>();
    for (int i = 0; i <= 10_000; i++) {
      many.put("file/" + i, "");
    }
    assertRefused(check(tar(many)), "first 10000 entries");
    assertRefused(check(tar(Map.of("file/large", "x".repeat(65 << 20)))), "larger than 67108864 bytes");
  }

  @Test
  void a_header_is_read_to_a_bound() {
    assertRefused(check(tar(Map.of(LONG_NAME, "n".repeat(2 << 20)))), "header is larger than 1048576 bytes");
  }

  private Answer check(byte[] archive) {
    return check(archive, "application/x-tar");
  }

  private Answer check(byte[] archive, String type) {
    return send(request("/api/v1/apm/check").header("Content-Type", type).POST(BodyPublishers.ofByteArray(archive)));
  }

  private static void assertRefused(Answer answer, String why) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.at("/detail")).startsWith("The archive cannot be used: ").contains(why, "k6 archive script.js")
        .doesNotContain("canary");
  }

  private static byte[] tar(Map<String, String> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, String> entry : entries.entrySet()) {
        byte[] content = entry.getValue().getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry header = new TarArchiveEntry(entry.getKey(),
            entry.getKey().equals(LONG_NAME) ? TarConstants.LF_GNUTYPE_LONGNAME : TarConstants.LF_NORMAL);
        header.setSize(content.length);
        tar.putArchiveEntry(header);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
