package dev.apmexport.exporter.delivery;

import static dev.apmexport.exporter.delivery.ScriptedSink.OK;
import static dev.apmexport.exporter.delivery.ScriptedSink.busy;
import static dev.apmexport.exporter.delivery.ScriptedSink.holds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.exporter.delivery.ScriptedSink.Sent;
import dev.apmexport.exporter.ledger.Fenced;
import dev.apmexport.exporter.sink.WriteResult;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A worker dies and another plays the log again from its beginning. */
class RestartTest extends DeliveryFixture {

  @Test
  void what_was_settled_is_counted_and_not_sent_again() throws InterruptedException {
    start(1);
    submit(0, 5);
    drain();
    restart(1);
    submit(0, 8);
    drain();
    assertThat(sink.sent()).extracting(Sent::atMillis).containsExactly(at(0), at(1), at(2), at(3), at(4), at(5), at(6),
        at(7));
    assertThat(progress.accepted()).isEqualTo(24);
  }

  @Test
  void what_was_booked_and_may_have_been_stored_is_sent_again_unchanged() throws InterruptedException {
    sink.rule(batch -> batch.atMillis() == at(2) ? ScriptedSink.noAnswer() : OK);
    start(1);
    submit(0, 5);
    untilSent(5);
    stop();
    List<Sent> before = sink.sent();
    sink.answers(ScriptedSink.noAnswer());
    sink.rule(_ -> OK);
    restart(1);
    submit(0, 5);
    drain();
    List<Sent> after = sink.sent().subList(before.size(), sink.sent().size());
    assertThat(before).extracting(Sent::atMillis).startsWith(at(0), at(1), at(2)).doesNotContain(at(3));
    assertThat(after).extracting(Sent::atMillis).containsExactly(at(2), at(2), at(3), at(4));
    assertThat(after.getFirst().values()).isEqualTo(before.getLast().values());
    assertThat(progress.accepted()).isEqualTo(15);
  }

  @Test
  void what_was_refused_stays_refused_and_is_counted_so() throws InterruptedException {
    sink.rule(batch -> holds(batch, "s1") ? new WriteResult.Invalid("bad") : OK);
    start(1);
    submit(0, 3);
    drain();
    assertThat(progress.rejected()).isEqualTo(3);
    int before = sink.sent().size();
    sink.rule(_ -> OK);
    restart(1);
    submit(0, 5);
    drain();
    assertThat(sink.sent().subList(before, sink.sent().size())).hasSize(2)
        .allSatisfy(one -> assertThat(one.series()).containsExactly("s0", "s2"));
    assertThat(progress.rejected()).isEqualTo(5);
    assertThat(progress.accepted()).isEqualTo(10);
  }

  @Test
  void who_has_lost_the_export_sends_nothing_more() throws InterruptedException {
    start(1);
    submit(0, 2);
    drain();
    ledger.takeOver();
    submit(2, 4);
    assertThatThrownBy(this::drain).isInstanceOf(Fenced.class);
    assertThat(sink.sent()).extracting(Sent::atMillis).containsExactly(at(0), at(1));
  }

  @Test
  void who_loses_the_export_while_waiting_to_retry_notices_before_the_next_step() throws InterruptedException {
    sink.rule(_ -> busy(0));
    start(1);
    submit(0, 3);
    untilSent(3);
    ledger.takeOver();
    sink.rule(_ -> OK);
    assertThatThrownBy(this::drain).isInstanceOf(Fenced.class);
    assertThat(sink.sent()).extracting(Sent::atMillis).containsOnly(at(0));
  }

  @Test
  void however_often_a_worker_dies_every_step_is_stored_in_order() throws InterruptedException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    sink.rule(_ -> List.of(busy(0), ScriptedSink.noAnswer(), OK, OK).get(random.nextInt(4)));
    start(2);
    for (int life = 0; life < 20; life++) {
      submitBoth();
      int writes = sink.sent().size() + random.nextInt(10);
      time.until(() -> delivery.isDrained() || sink.sent().size() >= writes);
      restart(2);
    }
    submitBoth();
    drain();
    for (int shard = 0; shard < 2; shard++) {
      int mine = shard;
      List<Long> times = sink.sent().stream().filter(one -> (one.atMillis() - NOW + 1_000) % 2 == mine)
          .filter(Sent::accepted).map(Sent::atMillis).toList();
      assertThat(times).as("seed " + seed).isSorted();
      assertThat(times.stream().distinct()).as("seed " + seed).hasSize(20);
    }
    assertThat(progress.accepted()).isEqualTo(120);
  }

  private void submitBoth() {
    for (int i = 0; i < 40; i++) {
      delivery.submit(step(i % 2, i / 2, -1_000 + i, 3));
    }
  }

  private void submit(int from, int to) {
    for (int i = from; i < to; i++) {
      delivery.submit(step(0, i, -100 + i, 3));
    }
  }

  private static long at(int number) {
    return NOW - 100 + number;
  }
}
