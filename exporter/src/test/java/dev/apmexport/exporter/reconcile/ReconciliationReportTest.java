package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.reconcile.ReadBackResult.Difference;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A report is stored and shown as JSON. */
class ReconciliationReportTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final ReconciliationReport REPORT = new ReconciliationReport(1, true, null, 5, 5, 0, 0, 0, 0,
      List.of());

  @Test
  void without_a_query_url_a_report_says_nothing_of_reading_back() {
    JsonNode json = JSON.valueToTree(REPORT);
    assertThat(json.propertyNames()).contains("exact", "refusals").doesNotContain("verified", "differences",
        "pointsRead", "pointsDifferent", "readBackError", "readBack");
    assertThat(JSON.treeToValue(json, ReconciliationReport.class)).isEqualTo(REPORT);
  }

  @Test
  void what_was_read_back_stands_beside_what_was_accepted() {
    ReconciliationReport report = REPORT
        .with(ReadBackResult.of(5, 2, List.of(new Difference("a", 1, 2.5, null), new Difference("b", 1, null, 3.0))));
    JsonNode json = JSON.valueToTree(report);
    assertThat(json.path("exact").asBoolean()).isTrue();
    assertThat(json.path("verified").isBoolean()).isTrue();
    assertThat(json.path("verified").asBoolean()).isFalse();
    assertThat(json.path("differences").path(0).path("found").isNull()).isTrue();
    assertThat(json.path("differences").path(1).path("expected").isNull()).isTrue();
    assertThat(JSON.treeToValue(json, ReconciliationReport.class)).isEqualTo(report);
  }

  @Test
  void points_that_no_row_tells_of_are_counted_even_in_a_report_that_was_stored_before() {
    ReconciliationReport report = new ReconciliationReport(1, false, "bad", 9, 2, 0, 0, 7, 0,
        List.of(new ReconciliationReport.Refusal("a", 1, 3, 3, "bad")));
    JsonNode json = JSON.valueToTree(report);
    assertThat(json.path("refusedUnlisted").asInt()).isEqualTo(4);
    assertThat(JSON.treeToValue(json, ReconciliationReport.class)).isEqualTo(report);
    assertThat(JSON.valueToTree(REPORT).path("refusedUnlisted").asInt(-1)).isZero();
  }

  @Test
  void a_destination_that_could_not_be_asked_is_verified_null() {
    ReconciliationReport report = REPORT.with(ReadBackResult.unknown("The points could not be read back: why."));
    JsonNode json = JSON.valueToTree(report);
    assertThat(json.has("verified")).isTrue();
    assertThat(json.path("verified").isNull()).isTrue();
    assertThat(json.path("readBackError").asString()).isEqualTo("The points could not be read back: why.");
    assertThat(JSON.treeToValue(json, ReconciliationReport.class)).isEqualTo(report);
  }
}
