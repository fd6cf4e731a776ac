package dev.apmexport.store.threshold;

import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.threshold.Threshold;
import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.store.log.MetricLog;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The thresholds of runs as their scripts have them, and what became of them. A run without any has no row here. */
public final class RunThresholds {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final TypeReference<List<ThresholdResult>> RESULTS = new TypeReference<>() {};
  private static final String DROPPED = "The run's log was deleted before its thresholds were evaluated.";

  private final JdbcClient jdbc;

  public RunThresholds(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * What is to be evaluated: the thresholds, and how far the log reaches.
   *
   * @param throughSeq the log's last record
   */
  public record Due(List<Threshold> thresholds, long throughSeq) {}

  /**
   * Runs that are over, whose log is there, and whose thresholds have not seen all of it and are not about to. What comes
   * after the end is seen once no more can come. Of runs that were evaluated before, only those that ended within the
   * last day are looked at, so that this costs as little after a year as on the first day.
   */
  public List<Long> due() {
    return jdbc.sql("""
        with latest as (select test_run_id from run_threshold where results is null
          union select test_run_id from run_head where finished_at > now() - interval '1 day')
        select t.test_run_id from latest join run_threshold t using (test_run_id) join run_head h using (test_run_id)
          join test_run r on r.id = t.test_run_id
        where h.finish is not null and t.evaluated_seq < h.next_seq and r.log_dropped_at is null
          and (h.finished_at < now() - ? * interval '1 second'
            or exists (select from metric_log m where m.test_run_id = t.test_run_id and m.received_at = h.finished_at
              and m.seq > t.evaluated_seq and m.kind = ?))
          and not exists (select 1 from threshold_task k
            where k.task_name = 'threshold' and k.task_instance = t.test_run_id::text)""")
        .params(MetricLog.GRACE.toSeconds(), Kind.FINISH.number()).query(Long.class).list();
  }

  /** What there is to evaluate of a run; empty if there is nothing, or nothing any more. */
  public Optional<Due> due(long testRunId) {
    return jdbc.sql("""
        select r.options, h.next_seq from run_threshold t join run_head h on h.test_run_id = t.test_run_id
          join test_run r on r.id = t.test_run_id
        where t.test_run_id = ? and h.finish is not null and t.evaluated_seq < h.next_seq
          and r.log_dropped_at is null""")
        .param(testRunId).query((row, n) -> new Due(thresholds(row.getString(1)), row.getLong(2))).optional();
  }

  /** Keeps results in the place of those that stand for less of the log. */
  public void put(long testRunId, long throughSeq, List<ThresholdResult> results) {
    jdbc.sql("update run_threshold set results = ?, evaluated_seq = ? where test_run_id = ? and evaluated_seq < ?")
        .params(JSON.writeValueAsString(results), throughSeq, testRunId, throughSeq).update();
  }

  /** Keeps that nobody can say any more what became of a run's thresholds, unless all of its log was seen. */
  public void giveUp(long testRunId, String reason) {
    due(testRunId).ifPresent(due -> put(testRunId, due.throughSeq,
        due.thresholds.stream().map(threshold -> ThresholdResult.unknown(threshold, reason)).toList()));
  }

  /** How the thresholds of each of these runs stand, in the order of their options; nothing of runs without any. */
  public Map<Long, List<ThresholdResult>> of(List<Long> testRunIds) {
    Map<Long, List<ThresholdResult>> all = new HashMap<>();
    if (!testRunIds.isEmpty()) {
      jdbc.sql("""
          select r.id, r.options, r.log_dropped_at is not null, case when r.state not in ('created', 'running')
            and (t.evaluated_seq >= h.next_seq or r.log_dropped_at is not null) then t.results end
          from run_threshold t join test_run r on r.id = t.test_run_id join run_head h on h.test_run_id = r.id
          where r.id in (:ids)""").param("ids", testRunIds)
          .query(row -> {
            all.put(row.getLong(1), standing(row.getString(2), row.getBoolean(3), row.getString(4)));
          });
    }
    return all;
  }

  private static List<ThresholdResult> standing(String options, boolean dropped, @Nullable String results) {
    return results != null ? JSON.readValue(results, RESULTS)
        : thresholds(options).stream()
            .map(one -> dropped ? ThresholdResult.unknown(one, DROPPED) : ThresholdResult.before(one)).toList();
  }

  private static List<Threshold> thresholds(String options) {
    return Threshold.read(JSON.readTree(options).path("thresholds"));
  }
}
