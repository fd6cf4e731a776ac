package dev.apmexport.exporter.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Amendment;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A point that was sent with the right value to where another ledger tells of others. */
class SentBeforeTest {
  private static final long AT = 9_990_000;
  private static final Series SERIES = new Series("gauge", Labels.NONE);
  private static final Point RIGHT = new Point(SERIES, AT, 2);

  private final LedgerState theirs = new LedgerState();

  private void amended(int pass, double value, boolean taken) {
    theirs.booked(new Booking(pass, 0, 0, AT, 0, 1, List.of(new Point(SERIES, AT, value))));
    if (taken) {
      theirs.settled(pass, 0, 0);
    }
  }

  private SentBefore before() {
    return new SentBefore(theirs);
  }

  private SentBefore before(double accepted) {
    SentBefore before = before();
    before.accepted(SERIES, AT, accepted);
    return before;
  }

  @Test
  void another_value_may_have_been_kept_and_the_same_is_right() {
    assertThat(before(1).mayBeOtherThan(RIGHT)).isTrue();
    assertThat(before(2).mayBeOtherThan(RIGHT)).isFalse();
    assertThat(before().mayBeOtherThan(RIGHT)).isFalse();
    assertThat(before(Double.NaN).mayBeOtherThan(RIGHT)).as("not known").isTrue();
  }

  @Test
  void what_was_set_right_counts_by_its_last_value() {
    amended(1, 2, true);
    assertThat(before(1).mayBeOtherThan(RIGHT)).isFalse();
  }

  @Test
  void a_correction_that_is_out_of_date_may_have_been_kept() {
    amended(1, 1, true);
    assertThat(before(2).mayBeOtherThan(RIGHT)).isTrue();
    assertThat(before().mayBeOtherThan(RIGHT)).isTrue();
  }

  @Test
  void a_correction_that_was_refused_or_not_answered_leaves_what_was_there_in_doubt() {
    amended(1, 2, true);
    theirs.rejected(new Rejection(1, SERIES.key(), SERIES.toString(), AT, AT, "too old"));
    assertThat(before(1).mayBeOtherThan(RIGHT)).isTrue();
    amended(2, 1, false);
    assertThat(before(2).mayBeOtherThan(RIGHT)).isTrue();
  }

  @Test
  void a_request_without_an_answer_may_have_left_its_value() {
    SentBefore before = before(2);
    before.doubtful(SERIES, AT, 1);
    assertThat(before.mayBeOtherThan(RIGHT)).isTrue();
    before.doubtful(SERIES, AT, 2);
    assertThat(before.mayBeOtherThan(RIGHT)).isFalse();
    before.doubtful(SERIES, AT, 1);
    before.forgetBefore(AT);
    assertThat(before.mayBeOtherThan(RIGHT)).isTrue();
    before.forgetBefore(AT + 1);
    assertThat(before.mayBeOtherThan(RIGHT)).isFalse();
  }

  private ReconciliationReport report(@Nullable ReadBackResult found) {
    Reach reach = new Reach(new Amendment.OutOfOrder(Duration.ofHours(1)),
        InstantSource.fixed(Instant.ofEpochMilli(AT)), _ -> true, false, InstantSource.fixed(Instant.ofEpochMilli(AT)));
    Reconciliation difference = new Reconciliation(1, reach, new LedgerState(), _ -> {}).after(List.of(before(1)));
    difference.accepted(SERIES, AT, 2);
    difference.expected(SERIES, AT, 2);
    difference.finish(_ -> false, 1_000);
    difference.finishCorrections();
    return difference.report(null, found);
  }

  @Test
  void the_report_refuses_it_unless_it_was_read_back() {
    ReconciliationReport unread = report(null);
    assertThat(unread.exact()).isFalse();
    assertThat(unread.reason()).isEqualTo("sent before with another value, which the destination may have kept");
    assertThat(unread.refused()).isEqualTo(1);
    assertThat(unread.asExpected()).isZero();
    assertThat(report(ReadBackResult.of(1, 1, List.of())).exact()).isFalse();
    ReconciliationReport proven = report(ReadBackResult.of(1, 0, List.of()));
    assertThat(proven.exact()).isTrue();
    assertThat(proven.asExpected()).isEqualTo(1);
  }
}
