package dev.apmexport.api.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TenantsTest extends WithApi {
  private static final String TENANTS = "/api/v1/tenants";
  private final String name = "acme-" + UUID.randomUUID();

  @BeforeEach
  void operate() {
    token = operatorToken();
  }

  @Test
  void a_tenant_is_made_with_the_defaults_for_what_is_left_out() {
    Answer made = create("\"name\":\" " + name + " \"");

    assertThat(made.status()).isEqualTo(201);
    assertThat(made.json().propertyNames()).containsExactly("id", "name", "plan", "inputSeriesLimit",
        "outputSeriesLimit", "runBytesLimit", "createdAt");
    assertThat(made.at("/name")).isEqualTo(name);
    assertThat(made.at("/plan")).isEqualTo("enterprise");
    assertThat(made.json().path("inputSeriesLimit").asInt()).isEqualTo(100_000);
    assertThat(made.json().path("outputSeriesLimit").asInt()).isEqualTo(10_000);
    assertThat(made.json().path("runBytesLimit").isNull()).isTrue();
    assertThat(made.at("/createdAt")).startsWith("20");
    assertThat(get(TENANTS + "/" + made.at("/id")).text()).isEqualTo(made.text());
  }

  @Test
  void a_tenant_is_made_with_plan_and_limits() {
    Answer made = create(
        "\"name\":\"" + name + "\",\"plan\":\"team-monthly\",\"inputSeriesLimit\":7,\"outputSeriesLimit\":10000000");

    assertThat(made.at("/plan")).as(made.text()).isEqualTo("team-monthly");
    assertThat(made.json().path("inputSeriesLimit").asInt()).isEqualTo(7);
    assertThat(made.json().path("outputSeriesLimit").asInt()).isEqualTo(10_000_000);
  }

  @Test
  void a_name_is_given_once() {
    create("\"name\":\"" + name + "\"");
    Answer again = create("\"name\":\"" + name + "\"");

    assertThat(again.status()).isEqualTo(409);
    assertThat(again.at("/detail")).contains("already");
  }

  @Test
  void a_change_changes_what_it_names() {
    String id = create("\"name\":\"" + name + "\",\"plan\":\"trial\",\"inputSeriesLimit\":7").at("/id");

    assertThat(patch(id, "\"plan\":\"free\"").at("/plan")).isEqualTo("free");
    Answer limited = patch(id, "\"outputSeriesLimit\":3,\"plan\":null");
    assertThat(limited.status()).isEqualTo(200);
    Answer shown = get(TENANTS + "/" + id);
    assertThat(shown.text()).isEqualTo(limited.text());
    assertThat(shown.at("/plan")).isEqualTo("free");
    assertThat(shown.json().path("inputSeriesLimit").asInt()).isEqualTo(7);
    assertThat(shown.json().path("outputSeriesLimit").asInt()).isEqualTo(3);
    assertThat(patch(id, "").text()).isEqualTo(shown.text());
  }

  @Test
  void new_limits_hold_for_runs_made_from_then_on() {
    String operator = token;
    String id = create("\"name\":\"" + name + "\"").at("/id");
    String tenant = post(TENANTS + "/" + id + "/tokens", "{}").at("/token");
    token = tenant;
    String before = newRun();
    token = operator;
    patch(id, "\"inputSeriesLimit\":5,\"outputSeriesLimit\":6");
    token = tenant;
    String after = newRun();

    assertThat(settings(before)).contains("100000", "10000");
    assertThat(settings(after)).contains("\"inputSeriesLimit\":5", "\"outputSeriesLimit\":6");
  }

  private String settings(String run) {
    return jdbc.sql("select settings from test_run where id = ?").param(Long.parseLong(run)).query(String.class)
        .single();
  }

  @Test
  void a_tenant_that_is_not_there_is_said_to_be_so() {
    for (String id : new String[]{"0", "-1", "9223372036854775807"}) {
      assertThat(get(TENANTS + "/" + id).status()).isEqualTo(404);
      assertThat(get(TENANTS + "/" + id).at("/detail")).isEqualTo("There is no tenant " + id + ".");
      assertThat(patch(id, "\"plan\":\"free\"").status()).isEqualTo(404);
    }
    assertThat(get(TENANTS + "/abc").status()).isEqualTo(400);
  }

  @Test
  void tenants_are_listed_page_by_page_the_newest_first() {
    List<String> made = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      made.addFirst(create("\"name\":\"" + name + i + "\"").at("/id"));
    }
    List<String> seen = new ArrayList<>();
    for (String next = Long.toString(Long.MAX_VALUE); seen.size() < 5;) {
      Answer page = get(TENANTS + "?limit=2&before=" + next);
      assertThat(page.json().path("items").size()).isEqualTo(2);
      page.json().path("items").forEach(tenant -> seen.add(tenant.path("id").asString()));
      next = page.at("/next");
    }
    assertThat(seen.subList(0, 5)).isEqualTo(made);
    assertThat(get(TENANTS + "?before=1").text()).isEqualTo("{\"items\":[],\"next\":null}");
  }

  private Answer create(String fields) {
    return post(TENANTS, "{" + fields + "}");
  }

  private Answer patch(String id, String fields) {
    return send(request(TENANTS + "/" + id).header("Content-Type", "application/json").method("PATCH",
        BodyPublishers.ofString("{" + fields + "}")));
  }
}
