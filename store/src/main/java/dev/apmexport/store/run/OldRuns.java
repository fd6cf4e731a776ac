package dev.apmexport.store.run;

/** The runs of which nothing is kept any more but that they were. */
public final class OldRuns {
  /**
   * Selects their ids: they ended longer ago than so many seconds, which is the only parameter, or nothing was ever
   * pushed to them and they were made longer ago.
   */
  public static final String IDS = """
      select r.id from test_run r join run_head h on h.test_run_id = r.id
      where coalesce(h.finished_at, r.created_at) < now() - ? * interval '1 second'
        and (h.finished_at is not null or h.next_seq = 0)""";

  private OldRuns() {}
}
