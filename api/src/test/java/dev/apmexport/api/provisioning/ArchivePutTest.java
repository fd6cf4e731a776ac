package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.tenant.ApiToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** The archive comes without a token; the signature in the address stands for one. */
@TestPropertySource(properties = "apm.archive.keep=true")
class ArchivePutTest extends WithProvisioning {
  private byte[] archive = {};
  private String url = "";

  @BeforeEach
  void started_with_an_archive() throws IOException {
    archive = Files.readAllBytes(Path.of("src/test/resources/capture/cloud-run-local-execution-2.2/003.bin"));
    url = newURL();
  }

  private String newURL() {
    return start("{}", Integer.toString(archive.length), UUID.randomUUID().toString()).at("/archive_upload_url");
  }

  private Answer put(String url, byte[] body) {
    return send(HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "application/x-tar")
        .PUT(BodyPublishers.ofByteArray(body)));
  }

  private Answer put(byte[] body) {
    return put(url, body);
  }

  @Test
  void an_archive_is_taken_without_a_token() {
    assertThat(url).startsWith("http://localhost:" + port + "/provisioning/v1/test_runs/").contains("?signature=");
    assertThat(put(archive).status()).isEqualTo(200);
  }

  @Test
  void the_signature_is_stored_as_its_hash_only() {
    String signature = url.replaceFirst(".*signature=", "");

    assertThat(signature).hasSize(43);
    assertThat(jdbc.sql("select count(*) from archive_upload where sha256 = ?").param(ApiToken.digest(signature))
        .query(Integer.class).single()).isEqualTo(1);
    assertThat(jdbc.sql("select count(*) from archive_upload u where u::text like ?").param("%" + signature + "%")
        .query(Integer.class).single()).isZero();
  }

  @Test
  void a_wrong_signature_is_refused() {
    String other = newURL();
    for (String wrong : new String[]{url.replaceFirst("signature=.*", "signature=" + ApiToken.random()),
        url.replaceFirst("\\?.*", ""), url + "x", other.replaceFirst(".*signature=", url.replaceFirst("=.*", "=")),
        url.replaceFirst("test_runs/\\d+", "test_runs/abc")}) {
      v6(put(wrong, archive), 403, "signature");
    }
    assertThat(put(archive).status()).as("the right one is still good").isEqualTo(200);
  }

  @Test
  void a_token_is_no_signature() {
    Answer answer = send(bearer(url.replaceFirst("\\?.*", ""), token).PUT(BodyPublishers.ofByteArray(archive)));

    v6(answer, 403, "signature");
  }

  @Test
  void an_expired_signature_is_refused() {
    jdbc.sql("update archive_upload set expires_at = now() - interval '1 second' where sha256 = ?")
        .param(ApiToken.digest(url.replaceFirst(".*signature=", ""))).update();

    v6(put(archive), 403, "15 min", "Start the test again");
  }

  @Test
  void a_used_signature_takes_the_same_archive_again_and_no_other() {
    put(archive);
    byte[] other = archive.clone();
    other[700]++;

    assertThat(put(archive).status()).as("k6 tries again where the answer got lost").isEqualTo(200);
    v6(put(other), 403, "Another archive");
  }

  @Test
  void an_archive_of_another_length_than_was_said_is_refused() {
    v6(put(Arrays.copyOf(archive, archive.length + 1)), 413, archive.length + " bytes");
    v6(put(Arrays.copyOf(archive, archive.length - 512)), 400, archive.length + " bytes");
    for (int more : new int[]{1, 1 << 20, -512}) {
      byte[] body = Arrays.copyOf(archive, archive.length + more);
      Answer chunked = send(HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "application/x-tar")
          .PUT(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
      v6(chunked, more > 0 ? 413 : 400, archive.length + " bytes");
    }
    assertThat(put(archive).status()).as("nothing is used up").isEqualTo(200);
  }

  @Test
  void what_is_no_archive_is_told_so() {
    byte[] text = "x".repeat(archive.length).getBytes(StandardCharsets.UTF_8);

    v6(put(text), 400, "archive");
  }

  @Test
  void the_run_has_it_without_its_secrets() {
    String kept = "/api/v1/test-runs/" + url.replaceFirst(".*test_runs/(\\d+)/.*", "$1") + "/archive";
    assertThat(get(kept).status()).isEqualTo(404);
    put(archive);

    assertThat(get(kept).status()).isEqualTo(200);
    assertThat(get(kept).text()).contains("metadata.json", "Shop checkout")
        .doesNotContain("dd-api-key-0123456789abcdef");
    token = newToken();
    assertThat(get(kept).status()).isEqualTo(404);
  }
}
