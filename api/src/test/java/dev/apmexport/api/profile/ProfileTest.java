package dev.apmexport.api.profile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ProfileTest extends WithApi {
  private static final String PROFILES = "/api/v1/apm-profiles";
  private static final String BLOCK = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\","
      + "\"credentials\":{\"username\":\"me\",\"password\":\"canary-p\"},\"headers\":{\"X-Tenant\":\"canary-h\"},"
      + "\"metrics\":[\"checks\"]}";

  @Test
  void a_profile_is_stored_with_the_answer_of_the_check() {
    Answer put = put("staging", BLOCK);

    assertThat(put.status()).as(put.text()).isEqualTo(200);
    assertThat(put.json().at("/blocks/0/enabled").asBoolean()).isTrue();
    assertThat(put.at("/blocks/0/export/credentials/password")).isEqualTo("***");
    assertThat(put.json().at("/blocks/0/series/names").valueStream().map(JsonNode::asString)).contains("k6_checks");
    assertThat(put.text()).doesNotContain("canary");
  }

  @Test
  void a_profile_is_shown_as_it_was_written_without_its_secrets() {
    put("staging", BLOCK);

    Answer shown = get(PROFILES + "/staging");
    assertThat(shown.json().propertyNames()).containsExactlyInAnyOrder("name", "apm", "createdAt", "updatedAt");
    assertThat(shown.at("/apm/0/remoteWriteURL")).isEqualTo("https://example.com/w");
    assertThat(shown.at("/apm/0/credentials/password")).isEqualTo("***");
    assertThat(shown.text()).doesNotContain("canary");
    assertThat(jdbc.sql("select string_agg(p::text, ' ') from apm_profile p").query(String.class).single())
        .doesNotContain("canary");
  }

  @Test
  void a_tenant_may_have_so_many_profiles_and_change_them() {
    put("staging", BLOCK);
    jdbc.sql("insert into apm_profile (tenant_id, name, apm, created_at, updated_at) "
        + "select tenant_id, 'p' || n, apm, now(), now() from apm_profile, generate_series(2, 200) n "
        + "where tenant_id = (select max(id) from tenant)").update();

    Answer refused = put("one-more", BLOCK);
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.at("/detail")).contains("\"one-more\" was not stored: there are 200 profiles");
    assertThat(put("staging", BLOCK).status()).isEqualTo(200);
  }

  @Test
  void profiles_are_listed_by_name() {
    put("b", BLOCK);
    put("a", BLOCK);

    Answer list = get(PROFILES);
    assertThat(list.json().path("items").valueStream().map(item -> item.path("name").asString())).containsExactly("a",
        "b");
    assertThat(list.at("/items/0/updatedAt")).startsWith("20");
  }

  @Test
  void a_list_with_an_error_is_refused_and_nothing_is_stored() {
    put("staging", BLOCK);
    Answer refused = put("staging", "{\"provider\":\"promteheus\"}", BLOCK.replace("example.com", "elsewhere.com"));

    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.type()).startsWith("application/problem+json");
    assertThat(refused.at("/blocks/0/problems/0/path")).isEqualTo("apm[0].provider");
    assertThat(refused.json().at("/blocks/1/enabled").asBoolean()).isTrue();
    assertThat(get(PROFILES + "/staging").json().path("apm").size()).isEqualTo(1);
    assertThat(put("new", "7").status()).isEqualTo(422);
    assertThat(get(PROFILES + "/new").status()).isEqualTo(404);
  }

  @Test
  void a_warning_does_not_keep_a_profile_from_being_stored() {
    assertThat(put("staging", BLOCK.replace("\"checks\"", "\"no such\"")).status()).isEqualTo(200);
  }

  @Test
  void what_is_shown_can_be_edited_and_put_back_with_its_secrets_kept() {
    put("staging", BLOCK);
    Answer put = send(request(PROFILES + "/staging").header("Content-Type", "application/json")
        .PUT(BodyPublishers.ofString(get(PROFILES + "/staging").text().replace("checks", "iterations"))));

    assertThat(put.status()).as(put.text()).isEqualTo(200);
    assertThat(secrets()).containsExactlyInAnyOrder("/credentials/password", "/credentials/username",
        "/headers/X-Tenant");
    assertThat(get(PROFILES + "/staging").text()).contains("iterations");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"https://example.com/w|https://evil.example.com/w",
      "\"X-Tenant\":\"***\"|\"X-Other\":\"***\"",
      "\"provider\":\"prometheus\"|\"provider\":\"prometheus\",\"tls\":{\"insecureSkipVerify\":true}",
      "\"provider\":\"prometheus\"|\"provider\":\"prometheus\",\"apiURL\":\"https://evil.example.com\"",
      "\"https://example.com/w\"|\"https://example.com/w?x=1\""})
  void a_block_that_goes_elsewhere_needs_its_secrets_again(String from, String to) {
    put("staging", BLOCK);
    String masked = BLOCK.replaceAll("canary-.", "***").replace("\"me\"", "\"***\"");
    assertThat(put("staging", masked).status()).isEqualTo(200);

    Answer refused = put("staging", masked.replace(from, to));
    assertThat(refused.status()).as(refused.text()).isEqualTo(422);
    assertThat(refused.json().at("/blocks/0/problems").valueStream().map(problem -> problem.path("path").asString()))
        .contains("apm[0].credentials.password");
    assertThat(refused.text()).contains("give the secret again");
    assertThat(put("staging", BLOCK.replace(from.replace("***", "canary-h"), to.replace("***", "canary-h"))).status())
        .isEqualTo(200);
  }

  @Test
  void a_single_secret_can_be_changed() {
    put("staging", BLOCK);

    assertThat(put("staging", BLOCK.replace("canary-h", "***").replace("canary-p", "another")).status())
        .isEqualTo(200);
  }

  @Test
  void stars_where_no_secret_is_stored_are_refused() {
    Answer first = put("staging", BLOCK.replace("canary-p", "***"));
    assertThat(first.status()).isEqualTo(422);
    assertThat(first.at("/blocks/0/problems/0/path")).isEqualTo("apm[0].credentials.password");
    put("staging", BLOCK);

    String masked = BLOCK.replaceAll("canary-.", "***");
    assertThat(put("staging", BLOCK, masked).at("/blocks/1/problems/0/message")).contains("none is stored here");
  }

  @Test
  void the_secrets_of_blocks_that_are_gone_are_gone() {
    put("staging", BLOCK, BLOCK);
    assertThat(secrets()).hasSize(6);
    put("staging", BLOCK);
    assertThat(secrets()).hasSize(3);

    assertThat(send(request(PROFILES + "/staging").DELETE()).status()).isEqualTo(204);
    assertThat(secrets()).isEmpty();
    assertThat(get(PROFILES + "/staging").status()).isEqualTo(404);
    assertThat(send(request(PROFILES + "/staging").DELETE()).status()).isEqualTo(404);
  }

  @Test
  void a_profile_of_another_tenant_is_not_there() {
    put("staging", BLOCK);
    token = newToken();

    assertThat(get(PROFILES + "/staging").status()).isEqualTo(404);
    assertThat(get(PROFILES).json().path("items").isEmpty()).isTrue();
    assertThat(put("staging", BLOCK.replaceAll("canary-.", "***")).status()).isEqualTo(422);
    assertThat(put("staging", BLOCK).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-a", ".a", "a%20b", "ä", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
  void a_name_that_cannot_be_one_is_refused(String name) {
    Answer refused = put(java.net.URLEncoder.encode(name, java.nio.charset.StandardCharsets.UTF_8), BLOCK);

    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.at("/detail")).contains("1 to 63 letters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"blocks\":[]}", "{\"apm\":null}", "{}", "[]", "7"})
  void a_body_without_a_list_is_refused(String body) {
    assertThat(send(request(PROFILES + "/a").header("Content-Type", "application/json")
        .PUT(BodyPublishers.ofString(body))).status()).isEqualTo(400);
  }

  @Test
  void a_plan_without_exports_does_not_keep_a_profile_from_being_stored() {
    jdbc.sql("update tenant set plan = 'free' where id = (select max(tenant_id) from api_token)").update();

    Answer put = put("staging", BLOCK);
    assertThat(put.status()).isEqualTo(200);
    assertThat(put.json().at("/blocks/0/enabled").asBoolean(true)).isFalse();
  }

  private Answer put(String name, String... blocks) {
    return send(request(PROFILES + "/" + name).header("Content-Type", "application/json")
        .PUT(BodyPublishers.ofString("{\"apm\":[" + String.join(",", blocks) + "]}")));
  }

  /** The paths of the newest profile's secrets. */
  private List<String> secrets() {
    return jdbc.sql("select path from secret where owner like 'profile/%' and tenant_id = (select max(tenant_id) from "
        + "api_token)").query(String.class).list();
  }
}
