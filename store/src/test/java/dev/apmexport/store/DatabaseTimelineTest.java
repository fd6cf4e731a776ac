package dev.apmexport.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.db.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class DatabaseTimelineTest {
  private final TestPostgres.Database database = TestPostgres.freshDatabase();
  private final DataSource quick = new DriverManagerDataSource(database.url(), database.username(),
      database.password());

  /** One whose connections have to be waited for, as those of a pool that is exhausted. */
  private static final class Slow extends DelegatingDataSource {
    Slow(DataSource target) {
      super(target);
    }

    @Override
    public Connection getConnection() throws SQLException {
      JdbcClient.create(obtainTargetDataSource()).sql("select pg_sleep(1)").query().singleRow();
      return super.getConnection();
    }
  }

  @Test
  void it_is_never_ahead_of_the_database_however_long_that_was_waited_for() {
    Instant told = new DatabaseTimeline(JdbcClient.create(new Slow(quick))).instant();
    Instant database = JdbcClient.create(quick).sql("select clock_timestamp()").query(OffsetDateTime.class).single()
        .toInstant();
    assertThat(told).isBeforeOrEqualTo(database);
  }
}
