package dev.apmexport.store.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.WithStore;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.tenant.ApiTokenRepository;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class RunTokensTest extends WithStore {
  @Autowired
  private ApiTokenRepository tokens;

  @Test
  void tokens_of_runs_that_are_long_over_or_never_began_are_forgotten_and_no_others() {
    TestRun over = bareRun();
    TestRun justOver = bareRun();
    TestRun unused = bareRun();
    TestRun longRun = bareRun();
    TestRun young = bareRun();
    log.append(longRun.id(), push("one"));
    finished(over, "8 days");
    finished(justOver, "6 days");
    for (TestRun made : List.of(over, justOver, unused, longRun)) {
      jdbc.sql("update test_run set created_at = now() - interval '9 days' where id = ?").param(made.id()).update();
    }
    for (TestRun run : List.of(over, justOver, unused, longRun, young)) {
      tokens.save(ApiToken.forRun(run.tenant(), run.id(), "of-run-" + run.id()));
      tokens.save(ApiToken.forTenant(run.tenant(), "of-tenant-" + run.id()));
    }

    new RunTokens(jdbc).deleteOlderThan(Duration.ofDays(7));

    for (TestRun run : List.of(over, justOver, unused, longRun, young)) {
      assertThat(tokens.findBySha256(ApiToken.digest("of-tenant-" + run.id()))).isPresent();
    }
    assertThat(List.of(over, unused)).noneMatch(this::hasToken);
    assertThat(List.of(justOver, longRun, young)).allMatch(this::hasToken);
  }

  private boolean hasToken(TestRun run) {
    return tokens.findBySha256(ApiToken.digest("of-run-" + run.id())).isPresent();
  }

  private void finished(TestRun run, String ago) {
    jdbc.sql("update run_head set finished_at = now() - ?::interval where test_run_id = ?").params(ago, run.id())
        .update();
  }
}
