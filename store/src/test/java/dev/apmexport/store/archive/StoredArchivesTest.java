package dev.apmexport.store.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.store.WithStore;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.TenantWall;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;

class StoredArchivesTest extends WithStore {
  private static final Duration WEEK = Duration.ofDays(7);

  private StoredArchives archives;
  private TestRun run;

  @BeforeEach
  void begin() {
    archives = new StoredArchives(jdbc);
    run = bareRun();
  }

  @Test
  void parts_come_back_in_their_order() {
    long archive = given(run);

    assertThat(archives.of(run)).contains(archive);
    assertThat(archives.part(archive, 0)).hasValue(new byte[]{1, 2});
    assertThat(archives.part(archive, 1)).hasValue(new byte[]{3});
    assertThat(archives.part(archive, 2)).isEmpty();
  }

  @Test
  void a_run_has_no_archive_until_it_is_given_one_and_keeps_the_first() {
    long archive = archives.begin(run.tenant());
    archives.append(archive, 0, new byte[]{1});
    archives.append(archive, 0, new byte[]{1}); // where the answer to the first try was lost
    assertThat(archives.of(run)).isEmpty();

    assertThat(archives.give(archive, run)).isTrue();
    assertThat(archives.give(archives.begin(run.tenant()), run)).isFalse();
    assertThat(archives.give(archives.begin(bareRun().tenant()), bareRun())).as("another tenant's").isFalse();
    assertThat(archives.of(run)).contains(archive);
  }

  @Test
  void an_archive_is_forgotten_with_all_its_parts() {
    long archive = given(run);
    archives.delete(archive);

    assertThat(archives.of(run)).isEmpty();
    assertThat(archives.part(archive, 0)).isEmpty();
  }

  @Test
  void archives_of_runs_that_ended_long_ago_are_forgotten() {
    TestRun open = bareRun();
    TestRun justOver = bareRun();
    long forgotten = given(run);
    given(open);
    given(justOver);
    ended(run, "8 days");
    ended(justOver, "6 days");

    archives.deleteOlderThan(WEEK);

    assertThat(archives.of(run)).isEmpty();
    assertThat(archives.part(forgotten, 0)).isEmpty();
    assertThat(archives.of(open)).isPresent();
    assertThat(archives.of(justOver)).isPresent();
  }

  @Test
  void archives_of_runs_that_never_began_are_forgotten_as_well() {
    TestRun pushed = bareRun();
    TestRun young = bareRun();
    log.append(pushed.id(), push("one"));
    for (TestRun one : List.of(run, pushed, young)) {
      given(one);
    }
    jdbc.sql("update test_run set created_at = now() - interval '8 days' where id in (?, ?)")
        .params(run.id(), pushed.id()).update();

    archives.deleteOlderThan(WEEK);

    assertThat(archives.of(run)).isEmpty();
    assertThat(archives.of(pushed)).as("it goes on").isPresent();
    assertThat(archives.of(young)).isPresent();
  }

  @Test
  void what_broke_off_while_it_came_in_is_forgotten_after_an_hour() {
    long old = archives.begin(run.tenant());
    long young = archives.begin(run.tenant());
    jdbc.sql("update script_archive set created_at = now() - interval '61 minutes' where id = ?").param(old).update();

    archives.deleteOlderThan(WEEK);

    assertThat(jdbc.sql("select id from script_archive where id in (?, ?)").params(old, young).query(Long.class).list())
        .containsExactly(young);
  }

  @Test
  void another_tenant_neither_sees_nor_changes_them() {
    long archive = given(run);
    TestRun theirs = bareRun();
    TestRun bare = bareRun();
    TenantWall.within(theirs.tenant(), () -> {
      assertThat(archives.of(run)).isEmpty();
      assertThat(archives.part(archive, 0)).isEmpty();
      archives.delete(archive);
      assertThatThrownBy(() -> archives.begin(run.tenant())).isInstanceOf(DataAccessException.class);
      assertThatThrownBy(() -> archives.append(archive, 2, new byte[1])).isInstanceOf(DataAccessException.class);
      long own = archives.begin(theirs.tenant());
      assertThatThrownBy(() -> jdbc.sql("update script_archive set test_run_id = ? where id = ?")
          .params(bare.id(), own).update()).isInstanceOf(DataAccessException.class);
      assertThat(archives.give(own, theirs)).isTrue();
      return true;
    });
    TenantWall.within(run.tenant(), () -> {
      assertThat(archives.of(run)).contains(archive);
      archives.append(archive, 2, new byte[1]);
      assertThat(archives.part(archive, 2)).isPresent();
      return true;
    });
  }

  private long given(TestRun owner) {
    long archive = archives.begin(owner.tenant());
    archives.append(archive, 0, new byte[]{1, 2});
    archives.append(archive, 1, new byte[]{3});
    assertThat(archives.give(archive, owner)).isTrue();
    return archive;
  }

  private void ended(TestRun over, String ago) {
    jdbc.sql("update run_head set finished_at = now() - ?::interval where test_run_id = ?").params(ago, over.id())
        .update();
  }
}
