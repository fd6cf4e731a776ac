package dev.apmexport.api.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TenantFaultsTest extends WithApi {
  private static final String TENANTS = "/api/v1/tenants";

  @BeforeEach
  void operate() {
    token = operatorToken();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{}|name: is missing", "{\"name\":null}|name: is missing",
      "{\"name\":\" \"}|name: must be a text", "{\"name\":7}|got 7", "{\"name\":\"a\\u0000b\"}|name: must be a text",
      "{\"name\":\"a\\nb\"}|one line",
      "{\"name\":\"a\",\"plan\":\"Free\"}|plan: must be one of [free, trial, team-monthly, "
          + "team-annual, pro-monthly, pro-annual, enterprise]; got \"Free\"",
      "{\"name\":\"a\",\"plan\":1}|plan: must be one of",
      "{\"name\":\"a\",\"inputSeriesLimit\":0}|inputSeriesLimit: must be a whole number from 1 to 10000000; got 0",
      "{\"name\":\"a\",\"inputSeriesLimit\":-1}|got -1", "{\"name\":\"a\",\"inputSeriesLimit\":1.5}|got 1.5",
      "{\"name\":\"a\",\"inputSeriesLimit\":\"5\"}|got \"5\"",
      "{\"name\":\"a\",\"outputSeriesLimit\":10000001}|outputSeriesLimit",
      "{\"name\":\"a\",\"runBytesLimit\":-1}|runBytesLimit: must be a whole number from 0",
      "{\"name\":\"a\",\"runBytesLimit\":1.5}|got 1.5",
      "{\"name\":\"a\",\"runBytesLimit\":99999999999999999999}|got 9999",
      "{\"name\":\"a\",\"outputSeriesLimit\":99999999999999999999}|outputSeriesLimit",
      "{\"name\":\"a\",\"colour\":\"red\"}|colour: is not known", "[]|JSON object", "7|JSON object", "null|JSON object",
      "{|"})
  void what_is_wrong_with_a_tenant_is_said(String body, String reason) {
    Answer answer = post(TENANTS, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.type()).startsWith("application/problem+json");
    assertThat(answer.at("/detail")).contains(reason == null ? "" : reason);
  }

  @Test
  void all_that_is_wrong_is_said_at_once() {
    Answer answer = post(TENANTS,
        "{\"name\":\"" + "x".repeat(201) + "\",\"plan\":\"gold\",\"inputSeriesLimit\":0,\"outputSeriesLimit\":{}}");

    assertThat(answer.json().path("problems").valueStream().map(problem -> problem.path("path").asString()))
        .containsExactly("name", "plan", "inputSeriesLimit", "outputSeriesLimit");
    Answer patched = send(request(TENANTS + "/1").header("Content-Type", "application/json").method("PATCH",
        BodyPublishers.ofString("{\"name\":\"b\",\"plan\":\"gold\"}")));
    assertThat(patched.status()).isEqualTo(400);
    assertThat(patched.at("/detail")).contains("name: is not known", "plan: must be one of");
  }
}
