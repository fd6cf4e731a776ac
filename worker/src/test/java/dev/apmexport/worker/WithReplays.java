package dev.apmexport.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.prometheus.FakePrometheus;
import dev.apmexport.exporter.sink.prometheus.FakePrometheus.Fault;
import dev.apmexport.store.audit.Act;
import dev.apmexport.store.replay.ReplayPart;
import dev.apmexport.store.replay.ReplayRequest;
import dev.apmexport.store.replay.ReplayRequest.Mode;
import dev.apmexport.store.replay.Replays;
import dev.apmexport.store.replay.RunReplay;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.Tenant;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Ended runs of a tenant, an empty Prometheus with an out-of-order window beside their own receiver, and replays. */
abstract class WithReplays extends WithWorker {
  static final int BUCKETS = 40;
  /** How long ago the last bucket of a run began. */
  static final int AGO = 30;

  final FakePrometheus there = new FakePrometheus(InstantSource.system(), Duration.ofHours(2).toMillis());
  Tenant us = new Tenant("");

  @AfterEach
  void closeThere() {
    there.close();
  }

  String block(URI url, String more) {
    return "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"" + url + "\",\"resampleRate\":1" + more + "}";
  }

  /** A run to this receiver, with a bucket of five requests each second, that is over: no push can come any more. */
  TestRun ended(URI url, String more) {
    TestRun run = justEnded(url, more);
    endedSecondsAgo(run, 250);
    return run;
  }

  void endedSecondsAgo(TestRun run, int seconds) {
    jdbc.sql("update run_head set finished_at = clock_timestamp() - ? * interval '1 second' where test_run_id = ?")
        .params(seconds, run.id()).update();
  }

  /** The same, and pushes are still taken. */
  TestRun justEnded(URI url, String more) {
    us = tenant();
    TestRun run = run(us, "{\"apm\":[" + block(url, more) + "]}");
    push(run, BUCKETS, AGO);
    finish(run);
    await("finished", () -> state(run).equals("finished"));
    return run;
  }

  RunReplay everything(TestRun run, URI url, String more) {
    return ask(run, new ReplayRequest(Mode.EVERYTHING, null, null, null, node(block(url, more)), false));
  }

  static ObjectNode node(String json) {
    return (ObjectNode) JsonMapper.shared().readTree(json);
  }

  RunReplay ask(TestRun run, ReplayRequest request) {
    return worker.getBean(Replays.class).create(us, run, request, act());
  }

  static Act act() {
    return new Act(1, ApiToken.Scope.OPERATOR, "a test");
  }

  RunReplay now(RunReplay replay) {
    return worker.getBean(Replays.class).find(replay.id()).orElseThrow();
  }

  /** The destination takes so many requests, and then says that it is busy. */
  void stuckAfter(int requests) {
    AtomicInteger taken = new AtomicInteger();
    there.faults(() -> taken.get() < requests && taken.incrementAndGet() > 0 ? Fault.NONE : Fault.BUSY);
  }

  void awaitAnError(RunReplay replay) {
    await("an error is told", () -> now(replay).parts().getFirst().progress().lastError() != null);
  }

  /** Returns when a worker has looked at a part of the replay after this and has put it off. */
  void awaitLook(RunReplay replay) {
    long part = now(replay).parts().getFirst().id();
    OffsetDateTime since = jdbc.sql("select clock_timestamp()").query(OffsetDateTime.class).single();
    await("a look at the part", () -> jdbc.sql("select exists (select 1 from replay_task where task_instance = ? "
        + "and last_success > ? and not picked)").params(Long.toString(part), since).query(Boolean.class).single());
  }

  ReplayPart over(RunReplay replay) {
    await("the end of the replay", () -> now(replay).state().isOver());
    return now(replay).parts().getFirst();
  }

  /** What the run's log demands of its only counter: a 0 where it begins, then five more every second. */
  static Map<String, NavigableMap<Long, Double>> truth(TestRun run, FakePrometheus held) {
    NavigableMap<Long, Double> points = new TreeMap<>();
    assertThat(held.content()).containsOnlyKeys("k6_http_reqs");
    long begin = held.content().get("k6_http_reqs").firstKey();
    for (int second = 0; second <= BUCKETS; second++) {
      points.put(begin + second * 1_000L, second * 5.0);
    }
    assertThat(begin).isLessThan(Instant.now().toEpochMilli() - (BUCKETS + AGO - 2) * 1_000L);
    return Map.of("k6_http_reqs", points);
  }

  long secretsOf(long exportId) {
    return jdbc.sql("select count(*) from secret where owner = ?").param("export/" + exportId).query(Long.class)
        .single();
  }

  @Nullable
  String header(String name) {
    return receiver.requests().getLast().headers().get(name);
  }
}
