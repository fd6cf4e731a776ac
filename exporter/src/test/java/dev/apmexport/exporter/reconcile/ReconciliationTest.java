package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconciliationTest extends ReconciliationFixture {

  @Test
  void what_is_right_needs_nothing() {
    compare("total", "1=0 2=5 3=5", "1=0 2=5 3=5.000000001");
    assertThat(send()).isEmpty();
    assertReport("exact expected 3 asExpected 3");
  }

  @Test
  void a_difference_beyond_rounding_is_a_difference() {
    compare("gauge", "1=5 2=1", "1=5.00000001 2=1");
    assertThat(send()).isEmpty();
    assertReport("accepted with another value, receiver not declared out-of-order: expected 2 asExpected 1 refused 1");
  }

  @Test
  void what_is_missing_at_the_end_is_sent_in_order() {
    compare("total", "1=0 2=5", "1=0 2=5 3=6 4=7");
    compare("gauge", "", "2=1 4=2");
    assertThat(send()).containsExactly("gauge 2=1.0", "total 3=6.0", "gauge 4=2.0", "total 4=7.0");
    assertReport("exact expected 6 asExpected 2 filled 4");
  }

  @Test
  void a_gap_is_refused_where_the_receiver_takes_nothing_older() {
    compare("gauge", "1=1 3=3", "1=1 2=2 3=3 4=4");
    assertThat(send()).containsExactly("gauge 4=4.0");
    assertReport(
        "missing before accepted points, receiver not declared out-of-order: expected 4 asExpected 2 filled 1 refused 1");
  }

  @Test
  void a_gap_is_filled_where_the_receiver_declares_it() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9992=3", "9990=1 9991=2 9992=3");
    assertThat(send()).containsExactly("gauge 9991=2.0");
    assertReport("exact expected 3 asExpected 2 filled 1");
  }

  @Test
  void what_is_older_than_the_receivers_window_is_refused() {
    amendment = TEN_MINUTES;
    compare("gauge", "9000=1 9990=3", "9000=2 9001=2 9990=3");
    assertThat(send()).isEmpty();
    assertReport(
        "missing before accepted points, older than the receiver's out-of-order window: expected 3 asExpected 1 refused 2");
  }

  @Test
  void a_changed_value_is_corrected_in_place_but_for_the_newest_of_its_series() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=7 9992=8");
    assertThat(send()).containsExactly("gauge 9991=7.0");
    assertReport(
        "accepted with another value, and it is the series' newest sample: expected 3 asExpected 1 corrected 1 refused 1");
  }

  @Test
  void a_newest_value_may_be_corrected_once_newer_ones_follow() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9991=2", "9990=1 9991=7 9992=8");
    assertThat(send()).containsExactly("gauge 9991=7.0", "gauge 9992=8.0");
    assertReport("exact expected 3 asExpected 1 filled 1 corrected 1");
  }

  @Test
  void a_total_that_ends_wrong_gets_one_closing_point() {
    compare("total", "1=0 2=5 3=5", "1=0 2=5 3=9");
    assertThat(send()).containsExactly("total 4=9.0");
    assertReport(
        "accepted with another value, receiver not declared out-of-order: expected 4 asExpected 2 filled 1 refused 1");
  }

  @Test
  void a_total_that_ends_wrong_is_corrected_after_its_closing_point_where_the_receiver_takes_that() {
    amendment = TEN_MINUTES;
    compare("total", "9990=0 9991=5 9992=5", "9990=0 9991=5 9992=9");
    assertThat(toSend()).extracting(ReconciliationFixture::text).containsExactly("total 9993=9.0", "total 9992=9.0");
    send();
    assertReport("exact expected 4 asExpected 2 filled 1 corrected 1");
  }

  @Test
  void a_total_that_comes_right_by_itself_gets_none() {
    compare("total", "1=0 2=5 3=9", "1=0 2=7 3=9");
    assertThat(send()).isEmpty();
    assertReport("accepted with another value, receiver not declared out-of-order: expected 3 asExpected 2 refused 1");
  }

  @Test
  void a_total_with_a_missing_end_is_closed_by_that_end() {
    compare("total", "1=0 2=5", "1=0 2=7 3=9");
    assertThat(send()).containsExactly("total 3=9.0");
    assertReport(
        "accepted with another value, receiver not declared out-of-order: expected 3 asExpected 1 filled 1 refused 1");
  }

  @Test
  void a_window_value_that_ends_wrong_gets_no_closing_point() {
    compare("gauge", "1=5", "1=9");
    assertThat(send()).isEmpty();
  }

  @Test
  void what_the_destination_refuses_is_told_in_its_words() {
    compare("gauge", "", "1=1 2=2");
    Point first = toSend().getFirst();
    send();
    ledger.rejected(Rejection.quarantine(1, first.series(), 1_000, "HTTP 400: out of bounds"));
    assertReport("HTTP 400: out of bounds: expected 2 refused 2");
    assertThat(report().refusals())
        .containsExactly(new ReconciliationReport.Refusal("gauge", 1_000, 2_000, 2, "HTTP 400: out of bounds"));
  }

  @Test
  void what_the_destination_said_when_it_refused_a_point_is_told_where_it_cannot_be_sent_again() {
    compare("gauge", "1=1 4=4", "1=1 2=2 3=3 4=4");
    compare("other", "1=1 4=4", "1=1 2=2 4=4");
    ledger.rejected(new Rejection(0, key("gauge"), "gauge", 2_000, 2_000, "HTTP 400: bad sample 2"));
    ledger.rejected(new Rejection(0, key("gauge"), "gauge", 3_000, 3_000, "HTTP 400: bad sample 3"));
    assertThat(report().refusals()).containsExactlyInAnyOrder(
        new ReconciliationReport.Refusal("gauge", 2_000, 3_000, 2,
            "missing before accepted points, receiver not declared out-of-order; it was first refused with: HTTP 400: bad sample 2"),
        new ReconciliationReport.Refusal("other", 2_000, 2_000, 1,
            "missing before accepted points, receiver not declared out-of-order"));
  }

  @Test
  void a_batch_that_strict_mode_left_out_is_told_in_the_destination_s_words() {
    compare("gauge", "1=1 3=3", "1=1 2=2 3=3");
    ledger.rejected(Rejection.ofTime(0, 0, 1, 2_000, "HTTP 400: whole batch"));
    assertReport("missing before accepted points, receiver not declared out-of-order; it was first refused with: "
        + "HTTP 400: whole batch: expected 3 asExpected 2 refused 1");
  }

  @Test
  void what_was_refused_and_is_too_old_by_now_is_told_in_the_destination_s_words() {
    amendment = new Amendment.Overwrites(Duration.ofHours(1));
    compare("gauge", "", "1=1");
    ledger.rejected(Rejection.quarantine(0, new Series("gauge", Labels.NONE), 1_000, "HTTP 400: no such tag"));
    assertThat(report().reason()).startsWith("never accepted, and older than the 60 min the receiver takes")
        .endsWith("; it was first refused with: HTTP 400: no such tag");
  }

  @Test
  void what_could_not_be_sent_in_time_is_pending() {
    compare("gauge", "", "1=1 2=2");
    amended(1, "gauge 1=1");
    assertThat(report()).isEqualTo(new ReconciliationReport(1, false, "pending", 2, 0, 1, 0, 0, 1, List.of()));
  }

  @Test
  void what_cannot_be_known_is_not_exact() {
    compare("gauge", "1=1", "1=1");
    assertThat(compared(_ -> {}).report("unproven", null))
        .isEqualTo(new ReconciliationReport(1, false, "unproven", 1, 1, 0, 0, 0, 0, List.of()));
  }

  @Test
  void what_follows_the_last_accepted_point_is_sent_while_the_run_is_still_compared() {
    lost("gauge", 3);
    compare("gauge", "1=1", "1=1 2=2 3=3 4=4");
    List<String> sent = new ArrayList<>();
    compared(point -> sent.add(text(point)));
    assertThat(sent).containsExactly("gauge 2=2.0", "gauge 3=3.0", "gauge 4=4.0");
  }

  @Test
  void a_newest_value_is_corrected_after_what_follows_it() {
    amendment = TEN_MINUTES;
    lost("gauge", 9992);
    compare("gauge", "9990=1 9991=2", "9990=1 9991=7 9992=8 9993=9");
    assertThat(toSend()).extracting(ReconciliationFixture::text)
        .containsExactly("gauge 9992=8.0", "gauge 9993=9.0", "gauge 9991=7.0");
  }

  @Test
  void corrections_wait_while_more_data_may_come_and_what_continues_a_series_does_not() {
    amendment = TEN_MINUTES;
    early = true;
    compare("gauge", "9990=1 9992=3", "9990=2 9991=2 9992=3 9993=4");
    assertThat(send()).containsExactly("gauge 9993=4.0");
    assertThat(compared(_ -> {}).isEarly()).isTrue();
    assertThat(report().pending()).isEqualTo(2);
    early = false;
    assertThat(send()).containsExactly("gauge 9990=2.0", "gauge 9991=2.0");
    assertReport("exact expected 4 asExpected 1 filled 2 corrected 1");
  }

  @Test
  void many_refusals_are_counted_and_the_first_of_them_listed() {
    for (int i = 0; i < 1_500; i++) {
      compare("gauge" + i, "1=1 2=2", "1=2 2=1");
    }
    assertThat(report().refused()).isEqualTo(3_000);
    assertThat(report().refusals()).hasSize(1_000);
    assertThat(report().refusedUnlisted()).isEqualTo(2_000);
  }
}
