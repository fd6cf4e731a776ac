package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.reconcile.ReconciliationReport.Refusal;
import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Points that a destination holds and that the complete log does not demand, as a run's summary that has moved. */
class UndemandedTest extends ReconciliationFixture {
  private static final Amendment DATADOG = new Amendment.Overwrites(Duration.ofHours(1));
  private static final String OVERTAKEN = "sent before later data came, and no longer right; "
      + "it can neither be taken back nor be set right";
  private static final String IN_ORDER_ONLY = OVERTAKEN + ", receiver not declared out-of-order";

  @Test
  void what_no_later_data_have_left_right_is_told_since_it_cannot_be_taken_back() {
    compare("total", "1=18", "7=118");
    assertThat(send()).containsExactly("total 7=118.0");
    assertReport(IN_ORDER_ONLY + ": expected 2 filled 1 refused 1");
    assertThat(report().refusals()).containsExactly(new Refusal("total", 1_000, 1_000, 1, IN_ORDER_ONLY));
    revision = 2;
    assertReport(IN_ORDER_ONLY + ": expected 2 asExpected 1 refused 1");
  }

  @Test
  void it_is_told_as_well_where_nothing_is_demanded_of_its_series() {
    compare("total", "1=0 2=5", "");
    assertThat(send()).isEmpty();
    assertReport(OVERTAKEN + ": expected 2 refused 2");
    assertThat(compared(_ -> {}).beside()).isEmpty();
  }

  @Test
  void what_says_the_same_as_the_point_that_is_demanded_does_no_harm() {
    compare("total", "1=18", "7=18");
    assertThat(send()).containsExactly("total 7=18.0");
    assertReport("exact expected 2 asExpected 1 filled 1");
  }

  @Test
  void where_a_point_can_be_overwritten_it_is_given_the_value_that_is_right_in_the_end() {
    amendment = DATADOG;
    compare("gauge", "9990=18", "9996=118");
    assertThat(send()).containsExactly("gauge 9990=118.0", "gauge 9996=118.0");
    assertThat(send()).isEmpty();
    assertReport("exact expected 2 filled 1 corrected 1");
    revision = 2;
    assertReport("exact expected 2 asExpected 2");
  }

  @Test
  void what_is_too_old_to_be_overwritten_is_told() {
    amendment = DATADOG;
    compare("gauge", "6000=18", "9996=118");
    assertThat(send()).containsExactly("gauge 9996=118.0");
    assertReport(OVERTAKEN + ", older than the 60 min the receiver takes; it would drop the point and say that it took "
        + "it: expected 2 filled 1 refused 1");
  }

  @Test
  void it_is_not_overwritten_before_a_request_that_could_undo_that_has_arrived() {
    amendment = DATADOG;
    compare("gauge", "9990=18", "9996=118");
    unanswered("gauge", 199, "9990=18");
    assertThat(send()).containsExactly("gauge 9996=118.0");
    assertReport("pending: expected 2 filled 1");
    assertThat(compared(_ -> {}).isEarly()).isTrue();
  }

  @Test
  void a_receiver_with_a_window_is_corrected_after_the_later_point_and_once() {
    amendment = TEN_MINUTES;
    early = true;
    compare("total", "9990=18", "9996=118");
    assertThat(send()).containsExactly("total 9996=118.0");
    assertThat(report().pending()).isEqualTo(1);
    early = false;
    assertThat(send()).containsExactly("total 9990=118.0");
    assertReport("exact expected 2 filled 1 corrected 1");
    revision = 2;
    compare("total", "", "9996=120");
    assertThat(send()).containsExactly("total 9997=120.0");
    assertReport("set right once before, and a receiver may ignore a second correction: "
        + "expected 3 filled 1 refused 2");
  }

  @Test
  void points_that_a_pass_has_set_are_found_as_well_and_overwritten_with_the_first_one() {
    amendment = DATADOG;
    revision = 3;
    amended(2, "gauge 9990=118", "gauge 9993=118");
    compare("gauge", "9990=18", "9996=218");
    assertThat(send()).containsExactly("gauge 9990=218.0", "gauge 9993=218.0", "gauge 9996=218.0");
    assertReport("exact expected 3 filled 1 corrected 2");
    assertThat(compared(_ -> {}).beside()).extracting(ReconciliationFixture::text)
        .containsExactly("gauge 9990=218.0", "gauge 9993=218.0");
  }

  @Test
  void points_that_a_pass_has_set_are_found_as_well_and_told() {
    revision = 3;
    amended(2, "total 4=118");
    compare("total", "1=18", "7=218");
    assertThat(send()).containsExactly("total 7=218.0");
    assertReport(IN_ORDER_ONLY + ": expected 3 filled 1 refused 2");
    assertThat(report().refusals()).containsExactly(new Refusal("total", 1_000, 4_000, 2, IN_ORDER_ONLY));
  }

  @Test
  void a_closing_point_that_is_no_longer_right_is_told() {
    amended(1, "total 4=9");
    revision = 2;
    compare("total", "2=5", "2=11");
    assertThat(send()).containsExactly("total 5=11.0");
    assertThat(report().refusals()).containsExactlyInAnyOrder(
        new Refusal("total", 2_000, 2_000, 1, "accepted with another value, receiver not declared out-of-order"),
        new Refusal("total", 4_000, 4_000, 1, IN_ORDER_ONLY));
    assertThat(report().expected()).isEqualTo(3);
  }

  @Test
  void a_closing_point_that_its_series_goes_on_after_repeats_what_is_right_before_it() {
    amended(1, "total 4=9");
    revision = 2;
    compare("total", "2=5 3=9", "2=5 3=9 6=12");
    assertThat(send()).containsExactly("total 6=12.0");
    assertReport("exact expected 4 asExpected 3 filled 1");
  }

  @Test
  void marks_of_the_end_and_what_was_not_acknowledged_are_not_held() {
    marked(1, "total", 8);
    amended(1, "total 9=5");
    booked(2, "total 10=5");
    compare("total", "7=5", "7=5");
    assertThat(compared(_ -> {}).beside()).extracting(ReconciliationFixture::text).containsExactly("total 9=5.0");
  }
}
