package dev.apmexport.api.k6;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.tenant.ApiToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.context.TestPropertySource;
import tools.jackson.databind.JsonNode;

/** {@code k6 cloud run --local-execution} of 0.54 to 2.1, where copies of archives are kept. */
@TestPropertySource(properties = "apm.archive.keep=true")
class CreateWithArchiveTest extends WithForms {
  private static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\","
      + "\"credentials\":{\"token\":\"canary-token\"},\"resampleRate\":10}";
  private static final String OPTIONS = "{\"thresholds\":{\"checks\":[\"rate>0.9\"]},\"cloud\":{\"name\":\"Shop\",\"projectID\":7,"
      + "\"token\":\"canary-cloud\",\"apm\":[" + BLOCK + "]}}";
  private static final String SCRIPT = "const tokens = ['canary-token', 'canary-cloud', 'canary-env'];";

  @Test
  void the_archive_tells_what_the_run_exports() {
    Answer created = create(text("name", "Nightly"), text("project_id", "99"), text("vus", "2"), text("duration", "55"),
        file(archive(OPTIONS, SCRIPT)));

    assertThat(created.status()).as(created.text()).isEqualTo(200);
    assertThat(created.at("/config/aggregationPeriod")).isEqualTo("2s");
    assertThat(created.json().path("logs").isEmpty()).as(created.text()).isTrue();
    Answer run = get("/api/v1/test-runs/" + created.at("/reference_id"));
    assertThat(run.at("/name")).isEqualTo("Nightly");
    assertThat(run.json().path("projectId").asLong()).isEqualTo(99);
    assertThat(run.at("/exports/0/provider")).isEqualTo("prometheus");
    assertThat(options(created)).contains("\"checks\":[\"rate>0.9\"]", "\"projectID\":99");
  }

  @Test
  void parts_may_come_in_any_order_and_the_archive_names_the_run_where_no_part_does() {
    Answer created = create(text("duration", "55"), file(archive(OPTIONS, SCRIPT)), text("other", "x"));

    assertThat(get("/api/v1/test-runs/" + created.at("/reference_id")).at("/name")).isEqualTo("Shop");
    assertThat(options(created)).contains("\"projectID\":7");
    Answer bare = create(file(archive("{}", SCRIPT)));
    assertThat(get("/api/v1/test-runs/" + bare.at("/reference_id")).at("/name")).isEqualTo("checkout.js");
    assertThat(bare.at("/logs/0/message")).contains("no apm block", "the script's options have no cloud.apm");
  }

  @Test
  void without_an_archive_the_form_is_as_good_as_json() {
    Answer created = create(text("name", "bare"), text("project_id", "0"));

    assertThat(created.status()).as(created.text()).isEqualTo(200);
    assertThat(get("/api/v1/test-runs/" + created.at("/reference_id")).at("/name")).isEqualTo("bare");
    assertThat(get("/api/v1/test-runs/" + created.at("/reference_id") + "/archive").status()).isEqualTo(404);
  }

  @Test
  void a_bad_apm_block_refuses_nothing() {
    for (String apm : new String[]{"[{\"provider\":\"graphite\",\"token\":\"canary-token\"}]", "\"canary-token\"",
        "[\"canary-token\", 5]"}) {
      Answer created = create(file(archive("{\"cloud\":{\"apm\":" + apm + "}}", SCRIPT)));

      assertThat(created.status()).as(created.text()).isEqualTo(200);
      assertThat(created.at("/logs/0/level")).isEqualTo("error");
      assertThat(created.text()).doesNotContain("canary");
      assertThat(kept(created)).doesNotContain("canary-token");
    }
  }

  @Test
  void the_copy_is_given_back_without_a_secret() {
    Answer created = create(file(archive(OPTIONS, SCRIPT)));
    Answer copy = get("/api/v1/test-runs/" + created.at("/reference_id") + "/archive");

    assertThat(copy.status()).isEqualTo(200);
    assertThat(copy.type()).isEqualTo("application/x-tar");
    assertThat(copy.text())
        .contains("metadata.json", "data", "const tokens = ['************', '************', '**********']")
        .doesNotContain("canary");
    assertThat(kept(created)).isEqualTo(copy.text());
    token = newToken();
    assertThat(get("/api/v1/test-runs/" + created.at("/reference_id") + "/archive").status()).isEqualTo(404);
  }

  @Test
  void a_retried_create_is_the_same_run_with_one_copy() {
    byte[] form = all(parts(text("name", "again"), file(archive(OPTIONS, SCRIPT)), bytes(END)));
    Answer first = create(BodyPublishers.ofByteArray(form), "K6-Idempotency-Key", "archive");
    Answer again = create(BodyPublishers.ofByteArray(form), "K6-Idempotency-Key", "archive");

    assertThat(again.text()).isEqualTo(first.text());
    assertThat(copies()).isEqualTo(1);
  }

  @Test
  void what_is_broken_is_refused_in_k6s_format_and_nothing_is_stored() {
    byte[] archive = archive(OPTIONS, SCRIPT);
    byte[] form = all(parts(text("name", "broken"), file(archive), bytes(END)));

    for (int length : new int[]{0, 10, 50, 120, 400, 1_500, form.length - 20}) {
      refused(create(BodyPublishers.ofByteArray(Arrays.copyOf(form, length))), "");
    }
    refused(create(file(archive), file(archive)), "the part \"file\" twice");
    refused(create(text("name", "x".repeat(70_000)), file(archive)), "longer than 65536 bytes");
    refused(create(file(archive), text("name", "x".repeat(70_000))), "longer than 65536 bytes");
    refused(create(file("no archive".repeat(200).getBytes(StandardCharsets.UTF_8))), "archive cannot be used");
    refused(create(file(new byte[0])), "its end is missing");
    refused(create(file(Arrays.copyOf(archive, 1_500))), "archive cannot be used");
    refused(create(file(archive("\"canary-token\"", SCRIPT))), "metadata.json holds no options");
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 200})
  void an_archive_needs_no_more_memory_than_a_part_of_it(int mebibytes) {
    long before = live();
    long[] most = {0};
    InputStream archive = new LargeArchive(mebibytes, () -> most[0] = Math.max(most[0], live()));
    Answer answer = create(BodyPublishers.ofInputStream(() -> parts(text("name", "large"), file(archive), bytes(END))));

    assertThat(most[0]).isPositive();
    assertThat(most[0] - before).isLessThan(mebibytes * (1L << 20) / 3);
    if (mebibytes == 60) {
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      assertThat(jdbc
          .sql("select count(*) from script_archive_part p join script_archive a on a.id = script_archive_id "
              + "where test_run_id = ?")
          .param(Long.parseLong(answer.at("/reference_id"))).query(Integer.class).single())
          .isGreaterThan(100);
    } else {
      startedWithoutCopy(answer, "larger than 67108864 bytes");
    }
  }

  @Test
  void secrets_of_which_no_copy_can_be_rid_keep_no_test_from_starting() {
    String options = OPTIONS.replace("canary-cloud", "canary".repeat(50_000));
    startedWithoutCopy(create(file(archive(options, SCRIPT))), "longer than 262144 bytes");
  }

  private void startedWithoutCopy(Answer answer, String why) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    List<JsonNode> warnings = answer.json().path("logs").valueStream()
        .filter(line -> line.path("message").asString().startsWith("No copy of the script's archive is kept")).toList();
    assertThat(warnings).singleElement().satisfies(line -> {
      assertThat(line.path("level").asString()).isEqualTo("warning");
      assertThat(line.path("message").asString()).contains(why).endsWith("; the test goes on.");
    });
    assertThat(answer.text()).doesNotContain("canary");
    assertThat(copies()).isZero();
    assertThat(get("/api/v1/test-runs/" + answer.at("/reference_id") + "/archive").status()).isEqualTo(404);
  }

  private void refused(Answer answer, String why) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.at("/error/code")).isEqualTo("400");
    assertThat(answer.at("/error/message")).contains(why).endsWith(".").doesNotContain("canary");
    assertThat(get("/api/v1/test-runs").json().path("items").isEmpty()).isTrue();
    assertThat(copies()).isZero();
  }

  /** Of this test's tenant. */
  private int copies() {
    return jdbc
        .sql("select count(*) from script_archive a join api_token t on t.tenant_id = a.tenant_id where t.sha256 = ?")
        .param(ApiToken.digest(token)).query(Integer.class).single();
  }

  private String options(Answer created) {
    return jdbc.sql("select options from test_run where id = ?").param(Long.parseLong(created.at("/reference_id")))
        .query(String.class).single();
  }

  /** What the database holds of the archive, unpacked. */
  private String kept(Answer created) {
    byte[] packed = jdbc.sql("select string_agg(content, ''::bytea order by n) from script_archive_part p "
        + "join script_archive a on a.id = script_archive_id where test_run_id = ?")
        .param(Long.parseLong(created.at("/reference_id"))).query(byte[].class).single();
    return new String(unpacked(packed), StandardCharsets.UTF_8);
  }

  private static byte[] unpacked(byte[] packed) {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] all(InputStream in) {
    try {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes that are in use, without garbage. */
  private static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
