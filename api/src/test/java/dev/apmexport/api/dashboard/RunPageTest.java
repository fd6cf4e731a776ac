package dev.apmexport.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.reconcile.ReadBackResult;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.threshold.RunThresholds;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.json.JsonMapper;

/** What the page of a run shows. */
class RunPageTest extends WithRunPage {
  @Autowired
  private RunStates states;
  @Autowired
  private RunThresholds judged;

  private long export(int index) {
    return jdbc.sql("select id from export where test_run_id = ? and index = ?").params(Long.parseLong(run), index)
        .query(Long.class).single();
  }

  private void status(ExportStatus.State state, long accepted, @Nullable String lastError) {
    states.status(export(0), new ExportStatus(state, 3, new ExportStatus.Windows(5, 4, 1),
        new ExportStatus.Points(accepted, 2, 1), new ExportStatus.Samples(9, 9, 0, 0, 0, Map.of()), 7, lastError,
        List.of()));
  }

  private void log(String message) {
    post("/provisioning/v1/test_runs/" + run + "/logs",
        "{\"streams\":[{\"stream\":{\"level\":\"error\",\"source\":\"console\"},"
            + "\"values\":[[\"1795208157646379241\"," + JsonMapper.shared().writeValueAsString(message) + "]]}]}");
  }

  private String article(int index) {
    return browser.value("document.querySelectorAll('article')[" + index + "].innerText").asString();
  }

  @Test
  void the_run_its_exports_and_its_log_are_shown_and_nothing_in_them_is_taken_for_html() {
    status(ExportStatus.State.BEHIND, 1_234, "HTTP 503: <i>overloaded</i>");
    states.unreconcilable(export(1), new ReconciliationReport(1, false, "12 points were refused.", 100, 80, 5, 3, 12, 0,
        List.of(new ReconciliationReport.Refusal("k6.vus{<u>x</u>}", 0, 3_000, 12, "too old, said the receiver")),
        ReadBackResult.of(88, 0, List.of())), 0);
    log(HOSTILE);
    openRun();
    browser.awaitText("1 line, without secrets");

    assertThat(browser.value("document.getElementById('title').textContent").asString()).isEqualTo(HOSTILE);
    assertThat(browser.value("document.title").asString()).isEqualTo(HOSTILE + ": created");
    assertThat(browser.text()).contains("The run was made; k6 has not sent anything yet.", "Test run\n" + run);
    assertThat(article(0)).contains("prometheus apm[0]", "https://prometheus.example.com/api/v1/write", "behind",
        "HTTP 503: <i>overloaded</i>", "warning", "apm[0].metrics[0]", "Points accepted\n1,234", "Lag\n7 s");
    assertThat(article(1)).contains("datadog apm[1]", "region eu", "gaveUp", "exact: false", "verified: true",
        "12 points were refused.", "1 range of refused points");
    assertThat(browser.value("document.querySelector('[data-key=refusals]').textContent").asString())
        .contains("k6.vus{<u>x</u>}", "too old, said the receiver");
    assertThat(article(2)).contains("<b>newrelic</b>", "disabled", "error", "apm[2].provider");
    assertThat(browser.value("document.querySelector('.log').textContent").asString()).contains("error", "console",
        HOSTILE);
    assertThat(
        browser.value("document.querySelectorAll('main img, main script, main i, main u, main b').length").asInt())
        .isZero();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void what_exact_and_verified_mean_is_told_beside_them() {
    states.unreconcilable(export(0), new ReconciliationReport(1, true, null, 88, 88, 0, 0, 0, 0, List.of(),
        ReadBackResult.of(88, 2, List.of(new ReadBackResult.Difference("k6_vus", 0, 1.0, null)))), 0);
    states.unreconcilable(export(1), new ReconciliationReport(1, false, "12 points were refused.", 100, 80, 5, 3, 12, 0,
        List.of(new ReconciliationReport.Refusal("k6.vus", 0, 3_000, 12, "too old")),
        ReadBackResult.of(88, 0, List.of())),
        0);
    openRun();
    assertThat(article(0)).contains("exact: true Every point was accepted as sent, and what was sent is right.",
        "verified: false The points were read back, and 2 points differ from what is right.",
        "1 point that the destination holds otherwise");
    assertThat(article(1)).contains("exact: false 12 points were refused.",
        "verified: true Every point was read back and is equal.",
        "1 range of refused points and why, in the receiver’s words where it said something");
  }

  @Test
  void nothing_is_said_to_be_verified_where_nothing_could_be_read_back() {
    states.unreconcilable(export(0), new ReconciliationReport(1, true, null, 88, 88, 0, 0, 0, 0, List.of(),
        ReadBackResult.unknown("Nobody answers.")), 0);
    openRun();
    assertThat(article(0)).contains("Nothing could be read back: Nobody answers.").doesNotContain("verified:");
  }

  @Test
  void what_changes_is_shown_without_a_reload_and_what_was_unfolded_stays_so() {
    states.unreconcilable(export(1), new ReconciliationReport(1, false, "refused", 1, 0, 0, 0, 1, 0,
        List.of(new ReconciliationReport.Refusal("k6.vus", 0, 3_000, 1, "too old"))), 0);
    openRun();
    browser.value("document.querySelector('summary').click()");
    browser.value("window.sameDocument = document.querySelector('article').firstChild, true");

    status(ExportStatus.State.LIVE, 77, null);
    states.running(Long.parseLong(run));
    log("one more");
    browser.awaitText("Points accepted\n77");
    browser.awaitText("one more");
    browser.awaitText("Metrics are coming in.");
    assertThat(browser.value("document.querySelectorAll('.log li').length").asInt()).isEqualTo(1);

    jdbc.sql("update export set state = 'done' where id = ?").param(export(1)).update();
    browser.awaitText("All that the destination would take was sent.");
    assertThat(browser.value("document.querySelector('details').open").asBoolean()).isTrue();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void thresholds_are_told_in_words_and_not_by_colour_alone() {
    run = post("/api/v1/test-runs", """
        {"name": "judged", "options": {"thresholds": {"http_req_duration": ["p(95)<200"], "checks{page:<a>}": ["rate>0.9"],
          "iterations": ["rate>2"], "orders": ["count>0"], "errors": ["rate<0.1"], "vus": ["val>1"]}}}""").at("/id");
    openRun(0);
    browser.awaitText("Thresholds 6 thresholds");
    assertThat(browser.text()).doesNotContain("not certain", "failed").contains("pending", "\"val\" is no aggregation");

    post("/v1/tests/" + run, "{\"run_status\":3,\"thresholds\":{\"checks{page:<a>}\":{\"rate>0.9\":true}}}");
    judged.put(Long.parseLong(run), 1, List.of(
        new ThresholdResult("http_req_duration", "p(95)<200", State.PASSED, 148.25, true, false, null),
        new ThresholdResult("checks{page:<a>}", "rate>0.9", State.FAILED, 0.5, true, true, null),
        new ThresholdResult("iterations", "rate>2", State.PASSED, 2.1, false, false, null),
        new ThresholdResult("orders", "count>0", State.NO_DATA, null, false, false, "No sample came."),
        new ThresholdResult("errors", "rate<0.1", State.PASSED, 0.0, false, false, "9 samples were refused."),
        new ThresholdResult("vus", "val>1", State.INVALID, null, false, false, "There is no such aggregation.")));
    browser.awaitText("Thresholds 1 of 6 failed");

    assertThat(browser
        .value(
            "[...document.querySelectorAll('.thresholds tbody tr')].map(row => row.innerText.replaceAll(/\\s+/g, ' '))")
        .valueStream().map(row -> row.asString().strip())).containsExactly(
            "http_req_duration p(95)<200 ✓ passed 148.25 – –", "checks{page:<a>} rate>0.9 ✗ failed 0.5 failed –",
            "iterations rate>2 ✓ passed 2.1 – This is not certain, k6 may have decided otherwise: the value is close to the limit. "
                + "A trend is known by the buckets of a histogram, within 1 %, or within 10 % where it came as a native histogram; "
                + "a rate per second as exactly as the length of the run.",
            "orders count>0 no data – – No sample came.", "errors rate<0.1 ✓ passed 0 – 9 samples were refused.",
            "vus val>1 invalid – – There is no such aggregation.");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void it_is_readable_on_a_narrow_screen_and_in_the_dark() {
    status(ExportStatus.State.BEHIND, 1_234_567, "x".repeat(300));
    log("y".repeat(1_000));
    openRun();
    browser.resize(320, 800);
    browser.await("innerWidth === 320");
    assertThat(browser.value("document.documentElement.scrollWidth").asInt()).isLessThanOrEqualTo(320);

    assertThat(browser.value(LEAST_CONTRAST).asDouble()).isGreaterThan(4.5);
    browser.prefer("dark");
    browser.await("matchMedia('(prefers-color-scheme: dark)').matches");
    assertThat(browser.value(LEAST_CONTRAST).asDouble()).isGreaterThan(4.5);
  }

  /** Of all texts on what is behind them, as WCAG 2 works it out. */
  private static final String LEAST_CONTRAST = """
      (() => {
        const numbers = color => color.match(/[\\d.]+/g).map(Number);
        const light = color => numbers(color).slice(0, 3).map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const bed = node => {
          const color = getComputedStyle(node).backgroundColor;
          return numbers(color)[3] === 0 && node.parentElement ? bed(node.parentElement) : color;
        };
        const texts = [...document.querySelectorAll('main *')].filter(node => [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
        return Math.min(...texts.map(node => [light(getComputedStyle(node).color), light(bed(node))].sort((a, b) => b - a))
          .map(([more, less]) => (more + 0.05) / (less + 0.05)));
      })()""";
}
