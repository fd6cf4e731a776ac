package dev.apmexport.db;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** Brings a database to the newest schema. */
public final class Migrations {
  private Migrations() {}

  /** Several processes may do so at once: one migrates, the others wait for it. */
  public static void migrate(DataSource database) {
    Flyway.configure(Migrations.class.getClassLoader())
        .dataSource(database)
        .locations("classpath:db/migration")
        .failOnMissingLocations(true)
        .load()
        .migrate();
  }
}
