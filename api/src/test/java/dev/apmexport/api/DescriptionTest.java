package dev.apmexport.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DescriptionTest extends WithApi {
  @Test
  void every_operation_says_what_it_does_and_wants_a_token() {
    JsonNode described = get("/v3/api-docs").json();

    assertThat(described.at("/info/title").asString()).isEqualTo("k6 APM export");
    assertThat(described.at("/components/securitySchemes/token/scheme").asString()).isEqualTo("bearer");
    assertThat(described.at("/security/0").has("token")).isTrue();
    for (var path : described.path("paths").properties()) {
      for (var operation : path.getValue().properties()) {
        String name = operation.getKey() + " " + path.getKey();
        assertThat(operation.getValue().path("summary").asString("")).as(name).endsWith(".");
        assertThat(operation.getValue().path("tags").size()).as(name).isEqualTo(1);
        assertThat(operation.getValue().at("/tags/0").asString()).as(name).doesNotContain("controller");
        assertThat(operation.getValue().has("security")).as(name + " has rules of its own").isFalse();
        assertThat(operation.getValue().path("responses").propertyNames()).as(name).contains("401", "403");
      }
    }
  }

  @Test
  void bodies_are_described_by_their_fields() {
    JsonNode schemas = get("/v3/api-docs").json().at("/components/schemas");

    assertThat(schemas.propertyNames()).contains("NewRun", "NewTest", "NewTenant", "TenantChange", "NewToken")
        .noneMatch(name -> name.contains("JsonNode"));
    assertThat(schemas.at("/NewRun/properties").propertyNames()).containsExactlyInAnyOrder("name", "options",
        "profile", "generators");
  }
}
