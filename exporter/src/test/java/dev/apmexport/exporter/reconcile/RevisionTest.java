package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.Booking;
import org.junit.jupiter.api.Test;

/** A second pass after another one, or after its own beginning. */
class RevisionTest extends ReconciliationFixture {

  @Test
  void a_next_revision_sees_what_the_one_before_has_mended() {
    amended(1, "gauge 3=3", "total 4=9");
    revision = 2;
    compare("gauge", "1=1 2=2", "1=1 2=2 3=3");
    compare("total", "2=5 3=5", "2=5 3=9");
    assertThat(send()).isEmpty();
    assertReport("accepted with another value, receiver not declared out-of-order: expected 6 asExpected 5 refused 1");
  }

  @Test
  void a_total_that_changes_after_its_closing_point_is_closed_once_more() {
    amended(1, "total 4=9");
    revision = 2;
    compare("total", "2=5 3=5", "2=5 3=11");
    assertThat(send()).containsExactly("total 5=11.0");
    assertThat(report().asExpected() + report().filled() + report().refused()).isEqualTo(report().expected());
  }

  @Test
  void new_windows_may_run_over_an_earlier_closing_point() {
    amended(1, "total 4=9");
    revision = 2;
    compare("total", "2=5 3=5", "2=5 3=9 4=9 5=12");
    assertThat(send()).containsExactly("total 5=12.0");
    assertReport(
        "accepted with another value, receiver not declared out-of-order: expected 4 asExpected 2 filled 1 refused 1");
  }

  @Test
  void nothing_is_corrected_a_second_time() {
    amendment = TEN_MINUTES;
    amended(1, "gauge 9991=7");
    revision = 2;
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=8 9992=3");
    assertThat(send()).isEmpty();
    assertReport(
        "set right once before, and a receiver may ignore a second correction: expected 3 asExpected 2 refused 1");
  }

  @Test
  void what_an_interrupted_try_of_the_same_revision_has_sent_is_its_own_work() {
    amendment = TEN_MINUTES;
    amended(1, "gauge 9991=7", "gauge 9993=4");
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=7 9992=3 9993=4");
    assertThat(send()).isEmpty();
    assertReport("exact expected 4 asExpected 2 filled 1 corrected 1");
  }

  @Test
  void an_interrupted_trys_closing_point_is_its_own_work_too() {
    amended(1, "total 4=9");
    compare("total", "2=5 3=5", "2=5 3=9");
    assertThat(send()).isEmpty();
    assertReport(
        "accepted with another value, receiver not declared out-of-order: expected 3 asExpected 1 filled 1 refused 1");
  }

  @Test
  void what_was_filled_between_accepted_points_is_not_changed_any_more() {
    amendment = TEN_MINUTES;
    amended(1, "gauge 9991=7");
    revision = 2;
    compare("gauge", "9990=1 9992=3", "9990=1 9991=8 9992=3");
    assertThat(send()).isEmpty();
    assertThat(report().refused()).isEqualTo(1);
  }

  @Test
  void what_continued_its_series_may_be_corrected_once() {
    amendment = TEN_MINUTES;
    amended(1, "gauge 9991=7", "gauge 9992=3");
    lost("gauge", 9991);
    revision = 2;
    compare("gauge", "9990=1", "9990=1 9991=8 9992=3");
    assertThat(send()).containsExactly("gauge 9991=8.0");
    revision = 3;
    amended(3, "gauge 9991=9");
    assertThat(toSend()).isEmpty();
  }

  @Test
  void what_was_set_right_while_the_run_lived_is_told_by_the_first_report() {
    amended(Booking.ROLLING_PASS, "gauge 9991=7");
    compare("gauge", "9990=1", "9990=1 9991=7");
    assertReport("exact expected 2 asExpected 1 filled 1");
    revision = 2;
    assertReport("exact expected 2 asExpected 2");
  }

  @Test
  void what_comes_to_light_before_the_mark_of_the_end_is_a_gap() {
    revision = 2;
    marked(1, "gauge", 4);
    compare("gauge", "1=1", "1=1 3=3 5=5");
    assertThat(send()).containsExactly("gauge 5=5.0");
    assertReport(
        "missing before accepted points, receiver not declared out-of-order: expected 3 asExpected 1 filled 1 refused 1");
  }

  @Test
  void the_newest_value_may_be_corrected_once_the_mark_of_the_end_follows() {
    amendment = TEN_MINUTES;
    revision = 2;
    marked(1, "gauge", 9992);
    compare("gauge", "9990=1 9991=2", "9990=1 9991=7");
    assertThat(send()).containsExactly("gauge 9991=7.0");
    assertReport("exact expected 2 asExpected 1 corrected 1");
  }
}
