package dev.apmexport.store.run;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The tokens that are good for one run. */
public final class RunTokens {
  private final JdbcClient jdbc;

  public RunTokens(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Forgets those of runs that are over, or never began, for longer; such a run takes no push. */
  public void deleteOlderThan(Duration age) {
    jdbc.sql("delete from api_token where scope = 'run' and test_run_id in (" + OldRuns.IDS + ")")
        .param(age.toSeconds()).update();
  }
}
