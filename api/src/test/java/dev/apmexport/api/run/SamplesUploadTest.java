package dev.apmexport.api.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SamplesUploadTest extends WithApi {
  private static final String METRIC = "{\"type\":\"Metric\",\"data\":{\"name\":\"my\",\"type\":\"counter\"},\"metric\":\"my\"}\n";
  private static final String POINT = "{\"metric\":\"my\",\"type\":\"Point\",\"data\":{\"time\":\"2026-01-31T09:30:00.1+01:00\",\"value\":1,\"tags\":{\"a\":\"b\"}}}\n";
  private String run = "";
  private String path = "";

  @BeforeEach
  void create() {
    run = newRun();
    path = "/api/v1/test-runs/" + run + "/samples";
  }

  @Test
  void plain_lines_are_stored() {
    Answer stored = upload(METRIC + POINT.repeat(3));

    assertThat(stored.status()).as(stored.text()).isEqualTo(200);
    assertThat(stored.text()).isEqualTo("{\"lines\":4,\"samples\":3,\"records\":1,\"repeated\":0}");
    assertThat(jdbc.sql("select first_bucket from metric_log where test_run_id = ?").param(Long.parseLong(run))
        .query(Long.class).single()).isEqualTo(1_769_848_200L);
  }

  @Test
  void gzip_is_unpacked_whatever_the_headers_say() throws IOException {
    byte[] packed = gzip(METRIC + POINT.repeat(2));

    assertThat(push(path, packed).json().path("samples").asInt()).isEqualTo(2);
    assertThat(push(path, packed, "X-Any", "thing").json().path("samples").asInt()).isEqualTo(2);
  }

  @Test
  void the_media_type_that_curl_gives_by_itself_is_taken() {
    Answer stored = send(request(path).header("Content-Type", "application/x-www-form-urlencoded")
        .POST(java.net.http.HttpRequest.BodyPublishers.ofString(METRIC + POINT)));

    assertThat(stored.json().path("samples").asInt()).as(stored.text()).isEqualTo(1);
  }

  @Test
  void an_upload_with_the_same_key_is_stored_once() {
    String lines = METRIC + POINT.repeat(11_000);

    assertThat(upload(lines, "Idempotency-Key", "k").json().path("records").asInt()).isEqualTo(3);
    Answer again = upload(lines, "Idempotency-Key", "k");
    assertThat(again.json().path("records").asInt()).isZero();
    assertThat(again.json().path("repeated").asInt()).isEqualTo(3);
    assertThat(records(run)).isEqualTo(3);
  }

  @Test
  void a_broken_line_tells_how_many_were_kept_and_a_repaired_upload_goes_on_from_there() {
    String good = METRIC + POINT.repeat(4_999);
    Answer broken = upload(good + POINT + "{oops\n" + POINT, "Idempotency-Key", "k");

    assertThat(broken.status()).isEqualTo(400);
    assertThat(broken.type()).startsWith("application/problem+json");
    assertThat(broken.json().path("linesKept").asInt()).isEqualTo(5_000);
    assertThat(broken.at("/detail")).contains("Line 5002").contains("5000 lines are stored");
    Answer repaired = upload(good + POINT + POINT + POINT, "Idempotency-Key", "k");
    assertThat(repaired.json().path("repeated").asInt()).isEqualTo(1);
    assertThat(repaired.json().path("records").asInt()).isEqualTo(1);
    assertThat(records(run)).isEqualTo(2);
  }

  @Test
  void an_upload_that_passes_the_limit_tells_how_many_lines_were_kept() {
    upload(METRIC + POINT.repeat(4_999), "Idempotency-Key", "k");
    jdbc.sql("update run_head set bytes_limit = bytes where test_run_id = ?").param(Long.parseLong(run)).update();

    Answer refused = upload(METRIC + POINT.repeat(11_000), "Idempotency-Key", "k");
    assertThat(refused.status()).as(refused.text()).isEqualTo(403);
    assertThat(refused.json().path("linesKept").asInt()).isEqualTo(5_000);
    assertThat(refused.at("/detail")).contains("was stopped").endsWith(" The first 5000 lines are stored.");
    assertThat(records(run)).isEqualTo(2);
  }

  @Test
  void broken_gzip_is_refused_with_the_reason() throws IOException {
    byte[] packed = gzip(METRIC + POINT);
    for (byte[] broken : new byte[][]{{0x1F, (byte) 0x8B}, {0x1F, (byte) 0x8B, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99},
        Arrays.copyOf(packed, packed.length - 9)}) {
      Answer answer = push(path, broken);
      assertThat(answer.status()).as(answer.text()).isEqualTo(400);
      assertThat(answer.json().path("linesKept").asInt(-1)).isZero();
      assertThat(answer.at("/detail")).startsWith("The upload broke off: ");
    }
    assertThat(records(run)).isZero();
  }

  @Test
  void an_empty_upload_stores_nothing() {
    assertThat(upload("").text()).isEqualTo("{\"lines\":0,\"samples\":0,\"records\":0,\"repeated\":0}");
    assertThat(records(run)).isZero();
  }

  @Test
  void a_closed_run_takes_no_upload() {
    post("/v1/tests/" + run, "{}");
    jdbc.sql("update run_head set finished_at = finished_at - interval '201 seconds' where test_run_id = ?")
        .param(Long.parseLong(run)).update();

    assertThat(upload(METRIC + POINT).status()).isEqualTo(409);
  }

  private Answer upload(String lines, String... headers) {
    return push(path, lines.getBytes(StandardCharsets.UTF_8), headers);
  }

  private static byte[] gzip(String lines) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(lines.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
