package dev.apmexport.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.db.Migrations;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.store.log.MetricLog;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * The schema and the log on the official PostgreSQL image, which is what docker-compose.yml runs. It needs a Docker
 * engine, which a build server may do without: everything else is tested on the embedded PostgreSQL, so here a skip is
 * no failure.
 */
class ContainerPostgresTest {
  @Test
  void the_log_works_on_the_official_image() {
    Assumptions.assumeTrue(DockerClientFactory.instance().isDockerAvailable(), "There is no Docker engine here.");
    try (PostgreSQLContainer postgres = new PostgreSQLContainer("postgres:18")) {
      postgres.start();
      PGSimpleDataSource database = new PGSimpleDataSource();
      database.setUrl(postgres.getJdbcUrl());
      database.setUser(postgres.getUsername());
      database.setPassword(postgres.getPassword());
      Migrations.migrate(database);
      JdbcClient jdbc = JdbcClient.create(database);
      jdbc.sql("insert into tenant (name) values ('t')").update();
      jdbc.sql("insert into test_run (id, tenant_id, name, settings) select 7, id, 'r', '{}' from tenant").update();
      jdbc.sql("insert into run_head (test_run_id) values (7)").update();
      MetricLog log = new MetricLog(jdbc, new JdbcTransactionManager(database));
      log.append(7,
          new MetricLog.Entry(LogRecord.Kind.METRIC_SET, "", "key", Duration.ofHours(1), 1, 2, new byte[]{1}));
      assertThat(log.feed(7, Instant.EPOCH).read(0, 10)).singleElement()
          .satisfies(record -> assertThat(record.seq()).isEqualTo(1));
    }
  }
}
