package dev.apmexport.exporter.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every kind of destination is owed by its sender, from the delivery down to the socket. */
abstract class SenderContract extends SenderFixture {
  @Test
  void t04_every_series_arrives_in_the_order_of_time_over_shards_resends_and_a_restart() throws Exception {
    Random random = new Random(4);
    script = arrival -> {
      LockSupport.parkNanos(random.nextInt(2_000_000));
      int fate = random.nextInt(20);
      if (fate != 0) {
        store(arrival, "");
      }
      return switch (fate) {
        case 0, 1 -> Answer.reset();
        case 2 -> Answer.of(503);
        case 3 -> Answer.of(500);
        default -> OK;
      };
    };
    start(8);
    submit(0, 20);
    time.until(() -> arrivals.size() > 60);
    restart(8);
    submit(0, 40);
    drain();
    assertThat(stored).hasSize(1_000).allSatisfy((_, points) -> assertThat(points).hasSize(40));
    assertThat(conflicts).isEmpty();
    assertThat(progress.accepted()).isEqualTo(40_000);
    assertNoSeriesTwice();
  }

  private void submit(int from, int to) {
    for (int number = from; number < to; number++) {
      for (int shard = 0; shard < 8; shard++) {
        delivery.submit(step(shard, number, 600 - number, names(shard * 125, shard * 125 + 125)));
      }
    }
  }

  private void assertNoSeriesTwice() {
    assertThat(arrivals).allSatisfy(
        arrival -> assertThat(arrival.points()).extracting(Wired::series).doesNotHaveDuplicates());
  }

  @Test
  void t05_no_request_holds_two_points_of_one_series() throws InterruptedException {
    start(1);
    for (int number = 0; number < 30; number++) {
      delivery.submit(step(0, number, 60 - number, names(0, 50)));
    }
    drain();
    assertThat(arrivals).hasSize(30);
    assertNoSeriesTwice();
  }

  static List<Answer> failures() {
    return List.of(Answer.of(500), Answer.of(502), Answer.of(503), Answer.of(504), Answer.of(429), Answer.of(408),
        Answer.reset());
  }

  @ParameterizedTest
  @MethodSource("failures")
  void t06_what_failed_is_sent_again_byte_for_byte_after_growing_random_waits(Answer failure)
      throws InterruptedException {
    script = _ -> arrivals.size() <= 8 ? failure : OK;
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 20)));
    drain();
    assertThat(arrivals).hasSize(9);
    assertThat(arrivals).allMatch(arrival -> Arrays.equals(arrival.body(), arrivals.getFirst().body()));
    assertGrowing(8);
    assertThat(progress.rejected()).isZero();
  }

  /** Half of each wait is random; the circuit breaker may add up to its own longest pause. */
  private void assertGrowing(int waits) {
    long[] nominal = IntStream.range(0, waits).mapToLong(i -> Math.min(30_000, 100L << i)).toArray();
    long[] real = IntStream.range(0, waits).mapToLong(i -> arrivals.get(i + 1).when() - arrivals.get(i).when())
        .toArray();
    for (int i = 0; i < waits; i++) {
      assertThat(real[i]).isBetween(nominal[i] / 2, Math.max(nominal[i] * 3 / 2, i < 4 ? 0 : 16_000));
    }
    assertThat(real).isNotEqualTo(nominal);
  }

  @Test
  void t06_no_wait_is_longer_than_its_bound() throws InterruptedException {
    script = arrival -> arrival.when() < NOW + 3_600_000 ? Answer.of(503) : OK;
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 1)));
    drain();
    assertThat(arrivals.size()).isGreaterThan(3_600 / 30);
    for (int i = 1; i < arrivals.size(); i++) {
      assertThat(arrivals.get(i).when() - arrivals.get(i - 1).when()).isLessThanOrEqualTo(30_000);
    }
  }

  @Test
  void t06_silence_is_a_failure_like_any_other() throws InterruptedException {
    http.close();
    http = new HttpTransport(EgressPolicy.parse("private"), Timeout.ofSeconds(20), Timeout.ofSeconds(2));
    script = arrival -> arrivals.size() == 1 ? Answer.silence() : stored(arrival);
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 20)));
    drain();
    assertThat(arrivals.size()).isGreaterThan(1);
    assertThat(arrivals).allMatch(arrival -> Arrays.equals(arrival.body(), arrivals.getFirst().body()));
    assertThat(progress.lastError()).startsWith("No answer from ");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503, 500})
  void t06_retry_after_in_seconds_is_honoured(int status) throws InterruptedException {
    script = _ -> arrivals.size() == 1 ? Answer.of(status, "", "Retry-After: 90") : OK;
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 2)));
    drain();
    assertThat(arrivals).extracting(Arrival::when).containsExactly(NOW, NOW + 90_000);
  }

  @Test
  void t06_retry_after_as_a_date_is_honoured() throws InterruptedException {
    script = _ -> arrivals.size() > 1 ? OK : Answer.of(429, "", "Retry-After: " + inTwoMinutes());
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 2)));
    drain();
    assertThat(arrivals).extracting(Arrival::when).containsExactly(NOW, NOW + 120_000);
  }

  private String inTwoMinutes() {
    return DateTimeFormatter.RFC_1123_DATE_TIME
        .format(time.instant().plus(Duration.ofSeconds(120)).atOffset(ZoneOffset.UTC));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 409, 422, 413})
  void t07_a_body_that_was_refused_is_never_sent_again(int status) throws InterruptedException {
    script = arrival -> arrival.points().size() > 3 || arrival.holds("k6_s17")
        ? Answer.of(status, "no") : stored(arrival);
    start(1);
    delivery.submit(step(0, 0, 2, names(0, 40)));
    delivery.submit(step(0, 1, 1, names(0, 40)));
    drain();
    List<List<Wired>> sent = arrivals.stream().map(Arrival::points).toList();
    assertThat(new HashSet<>(sent)).as("bodies").hasSameSizeAs(sent);
    assertThat(progress.rejected()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 405, 302})
  void t07_what_needs_a_human_pauses_the_destination_and_its_body_waits(int status) throws InterruptedException {
    script = _ -> Answer.of(status, "who are you?");
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 3)));
    server.answer((request, to, out) -> Answer.of(status, "who are you?").give(request, to, out));
    time.until(() -> server.requests().size() >= 20 && progress.isPaused());
    List<Integer> writes = server.requests().stream().map(this::points).filter(points -> points > 0).toList();
    assertThat(writes).as("requests with points").hasSize(1);
    assertThat(progress.lastError()).isEqualTo("HTTP " + status + ": who are you?");
    assertThat(progress.pending()).isEqualTo(3);
    delivery.giveUpAt(time.instant());
    time.until(delivery::gaveUp);
  }

  private int points(dev.apmexport.exporter.sink.LoopbackServer.Request request) {
    try {
      return decode(request).size();
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void t08_a_destination_that_limits_the_rate_gets_everything_in_the_end() throws InterruptedException {
    script = arrival -> arrivals.size() % 3 == 0 ? stored(arrival) : Answer.of(429, "slow", "Retry-After: 3");
    start(1);
    for (int number = 0; number < 10; number++) {
      delivery.submit(step(0, number, 60 - number, names(0, 5)));
    }
    drain();
    assertThat(stored).hasSize(5).allSatisfy((_, points) -> assertThat(points).hasSize(10));
    assertThat(conflicts).isEmpty();
  }

  @Test
  void t11_a_batch_that_fails_for_ever_stops_its_shard_only_until_it_is_told_apart() throws InterruptedException {
    script = arrival -> arrival.holds("k6_s7") ? Answer.of(500, "panic") : stored(arrival);
    start(2);
    for (int number = 0; number < 10; number++) {
      delivery.submit(step(0, number, 60 - number, names(0, 64)));
      delivery.submit(step(1, number, 60 - number, names(64, 128)));
    }
    drain();
    assertThat(stored).hasSize(127).allSatisfy((_, points) -> assertThat(points).hasSize(10));
    assertThat(progress.rejected()).isEqualTo(10);
    assertThat(time.millis()).isLessThan(NOW + 300_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void t12_of_a_mixed_batch_every_good_series_is_stored_whether_the_receiver_rolls_back_or_not(boolean rollsBack)
      throws InterruptedException {
    script = arrival -> {
      boolean bad = arrival.holds("k6_s7") || arrival.holds("k6_s30");
      if (!bad || !rollsBack) {
        store(arrival, "k6_s7");
      }
      return bad ? Answer.of(400, "out of order sample") : OK;
    };
    start(1);
    for (int number = 0; number < 3; number++) {
      delivery.submit(step(0, number, 60 - number, names(0, 100)));
    }
    drain();
    Set<String> good = new HashSet<>(names(0, 100));
    good.removeAll(Set.of("k6_s7", "k6_s30"));
    assertThat(stored.keySet()).containsAll(good);
    good.forEach(series -> assertThat(stored.get(series)).hasSize(3));
    assertThat(conflicts).isEmpty();
    assertThat(progress.accepted()).isEqualTo(3 * 98);
    assertThat(progress.rejected()).isEqualTo(6);
  }

  @Test
  void t13_what_was_stored_without_an_answer_ends_exact() throws InterruptedException {
    Random random = new Random(13);
    script = arrival -> {
      store(arrival, "");
      return random.nextInt(3) == 0 ? Answer.reset() : random.nextInt(5) == 0 ? Answer.of(500) : OK;
    };
    start(4);
    Map<String, NavigableMap<Long, Double>> right = new HashMap<>();
    for (int number = 0; number < 20; number++) {
      for (int shard = 0; shard < 4; shard++) {
        var step = step(shard, number, 60 - number, names(shard * 10, shard * 10 + 10));
        delivery.submit(step);
        for (int i = 0; i < 10; i++) {
          right.computeIfAbsent(step.batch().series()[i].name(), _ -> new TreeMap<>()).put(step.batch().atMillis(),
              step.batch().values()[i]);
        }
      }
    }
    drain();
    assertThat(stored).isEqualTo(right);
    assertThat(conflicts).isEmpty();
    assertThat(progress.accepted()).isEqualTo(800);
  }

  @Test
  void t16_of_a_long_error_only_the_start_is_read_and_kept() throws InterruptedException {
    script = _ -> arrivals.size() == 1 ? Answer.of(400, "e".repeat(1 << 20))
        : arrivals.size() == 2 ? Answer.endless(500) : OK;
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 2)));
    drain();
    assertThat(progress.accepted()).isEqualTo(2);
    assertThat(progress.lastError()).startsWith("HTTP 500: xxx").hasSizeLessThan(600);
  }

  @Test
  void no_secret_is_shown_to_anyone_but_the_receiver() throws InterruptedException {
    script = arrival -> Answer.of(400, "bad: " + arrival.request().headers());
    start(1);
    delivery.submit(step(0, 0, 1, names(0, 1)));
    drain();
    assertThat(arrivals.getFirst().request().headers().toString()).contains(SECRET);
    assertThat(progress.lastError()).startsWith("HTTP 400: bad: ").doesNotContain(SECRET);
    assertThat(ledger.load().rejection(0, step(0, 0, 1, names(0, 1)).batch().series()[0].key(), NOW - 1_000)).get()
        .extracting("reason").asString().doesNotContain(SECRET);
  }
}
