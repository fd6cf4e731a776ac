package dev.apmexport.store.run;

import java.util.Collection;
import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** Exports. A run has those that belong to no replay. */
public interface RunExportRepository extends JpaRepository<RunExport, Long> {
  @Query("select e from RunExport e where e.testRunId = :testRunId and e.replayId is null order by e.index")
  List<RunExport> findByTestRunIdOrderByIndex(long testRunId);

  @Query("select e from RunExport e where e.testRunId in :testRunIds and e.replayId is null order by e.index")
  List<RunExport> findByTestRunIdInOrderByIndex(Collection<Long> testRunIds);

  /**
   * What may have sent other points of a run than one of its replays' exports does: the run's own exports, and those of
   * earlier replays, unless they are by the same block over the same log.
   *
   * @param throughSeq the last record of the log that the replay makes its points of
   */
  @Query(nativeQuery = true, value = """
      select e.* from export e join export own on own.id = :id and own.test_run_id = e.test_run_id
        left join replay r on r.id = e.replay_id
      where e.id < own.id and e.state <> 'disabled' and not coalesce(r.dry_run, false)
        and (e.replay_id is null or e.index <> own.index or e.config <> own.config or exists (
          select 1 from replay_part p where p.export_id = e.id and p.through_seq is distinct from :throughSeq))
      order by e.id""")
  List<RunExport> before(long id, long throughSeq);

  /** What the tenant's other runs that are not over export, the newest first; at most so many. */
  @Query(nativeQuery = true, value = """
      select e.* from export e join test_run r on r.id = e.test_run_id join run_head h on h.test_run_id = r.id
      where r.tenant_id = :tenantId and r.id <> :testRunId and (r.state in ('running', 'finishing')
          or r.state = 'created' and (h.next_seq > 0 or r.created_at > now() - interval '1 hour'))
        and e.replay_id is null and e.state in ('live', 'behind', 'paused', 'reconciling')
      order by e.id desc limit :most""")
  List<RunExport> openBeside(long tenantId, long testRunId, int most);
}
