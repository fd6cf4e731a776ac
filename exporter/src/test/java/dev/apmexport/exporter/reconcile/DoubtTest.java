package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests that were given up without an answer, and may arrive after what was sent since. */
class DoubtTest extends ReconciliationFixture {
  private static final Amendment DATADOG = new Amendment.Overwrites(Duration.ofHours(1));
  private static final String MAY_BE_TAKEN = "an unanswered request with the earlier value may have taken its one correction";

  @Test
  void a_correction_of_what_an_unanswered_request_held_is_sent_and_not_taken_for_certain() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=7 9992=3");
    unanswered("gauge", 500, "9990=1", "9991=2");
    assertThat(send()).containsExactly("gauge 9991=7.0");
    assertReport(MAY_BE_TAKEN + ": expected 3 asExpected 2 refused 1");
    assertThat(report().refusals())
        .containsExactly(new ReconciliationReport.Refusal("gauge", 9_991_000, 9_991_000, 1, MAY_BE_TAKEN));
  }

  @Test
  void until_it_is_sent_it_is_pending() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9991=2", "9990=7 9991=2");
    unanswered("gauge", 500, "9990=1");
    assertReport("pending: expected 2 asExpected 1");
  }

  @Test
  void what_was_read_back_and_is_right_is_certain() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=7 9992=3");
    unanswered("gauge", 500, "9991=2");
    send();
    Reconciliation difference = compared(_ -> {});
    ReconciliationReport verified = difference.report(null, ReadBackResult.of(3, 0, List.of()));
    assertThat(verified.exact()).isTrue();
    assertThat(verified.corrected()).isEqualTo(1);
    assertThat(verified.refused()).isZero();
    assertThat(verified.refusals()).isEmpty();
    assertThat(verified.readBack()).isEqualTo(ReadBackResult.of(3, 0, List.of()));
    assertThat(difference.report(null, ReadBackResult.of(3, 1, List.of())).refused()).isEqualTo(1);
    assertThat(difference.report(null, ReadBackResult.unknown("Busy.")).refused()).isEqualTo(1);
  }

  @Test
  void a_gap_that_may_have_been_filled_with_another_value_unseen_is_not_certain_either() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9992=3", "9990=1 9991=7 9992=3");
    unanswered("gauge", 500, "9991=2");
    assertThat(send()).containsExactly("gauge 9991=7.0");
    assertReport(MAY_BE_TAKEN + ": expected 3 asExpected 2 refused 1");
  }

  @Test
  void what_continued_its_series_in_an_unanswered_request_of_an_earlier_pass_counts_too() {
    amendment = TEN_MINUTES;
    amended(1, "gauge 9992=3", "gauge 9991=7");
    unanswered(1, 500);
    lost("gauge", 9_991);
    revision = 2;
    compare("gauge", "9990=1", "9990=1 9991=8 9992=3");
    assertThat(send()).containsExactly("gauge 9991=8.0");
    assertReport(MAY_BE_TAKEN + ": expected 3 asExpected 2 refused 1");
  }

  @Test
  void an_unanswered_correction_may_arrive_as_often_as_it_likes() {
    amendment = TEN_MINUTES;
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=7 9992=3");
    send();
    unanswered(1, 500);
    assertReport("exact expected 3 asExpected 2 corrected 1");
  }

  /** One that takes samples in order would have refused the second value; one that keeps whatever comes has both. */
  @Test
  void a_receiver_of_which_nothing_is_known_may_keep_both_values() {
    lost("gauge", 9_992);
    compare("gauge", "9990=1 9991=2", "9990=1 9991=2 9992=8");
    unanswered("gauge", 10, "9992=3");
    assertThat(send()).containsExactly("gauge 9992=8.0");
    assertReport("an unanswered request with the earlier value may have been stored, and a receiver may keep both:"
        + " expected 3 asExpected 2 refused 1");
  }

  @Test
  void an_unanswered_request_with_the_same_value_leaves_no_doubt() {
    lost("gauge", 9_992);
    compare("gauge", "9990=1 9991=2", "9990=1 9991=2 9992=8");
    unanswered("gauge", 10, "9992=8");
    assertThat(send()).containsExactly("gauge 9992=8.0");
    assertReport("exact expected 3 asExpected 2 filled 1");
  }

  @Test
  void where_the_later_value_stands_a_correction_waits_until_nothing_arrives_any_more() {
    amendment = DATADOG;
    compare("gauge", "9990=1 9991=2 9992=3", "9990=1 9991=7 9992=8");
    unanswered("gauge", 199, "9990=1", "9991=2");
    unanswered("gauge", 200, "9992=3");
    assertThat(send()).containsExactly("gauge 9992=8.0");
    assertThat(compared(_ -> {}).isEarly()).isTrue();
    assertThat(compared(_ -> {}).doubtfulUntil()).isEqualTo(since(-1));
    assertReport("pending: expected 3 asExpected 1 corrected 1");
  }

  @Test
  void nobody_waits_with_what_is_too_old_anyway() {
    amendment = DATADOG;
    compare("gauge", "1000=2", "1000=7");
    unanswered("gauge", 10, "1000=2");
    assertThat(compared(_ -> {}).isEarly()).isFalse();
    assertThat(report().refused()).isEqualTo(1);
  }

  @Test
  void a_missing_point_waits_for_what_may_arrive_in_its_place() {
    amendment = DATADOG;
    compare("gauge", "9990=1", "9990=1 9991=7");
    unanswered("gauge", 199, "9991=2");
    assertThat(send()).isEmpty();
    assertThat(compared(_ -> {}).isEarly()).isTrue();
  }

  @Test
  void whoever_goes_on_later_is_told_what_waits_and_until_when() {
    amendment = DATADOG;
    compare("gauge", "9990=1 9991=2", "9990=1 9991=7");
    unanswered("gauge", 150, "9991=2");
    List<String> waiting = new ArrayList<>();
    compared(_ -> {}, (point, until) -> waiting.add(text(point) + " until " + until));
    assertThat(waiting).containsExactly("gauge 9991=7.0 until " + since(-50));
  }
}
