package dev.apmexport.store.secret;

import dev.apmexport.db.Migrations;
import dev.apmexport.db.TestPostgres;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.tenant.TenantId;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** An empty database for each test, as several processes see it. */
abstract class WithKeys {
  protected static final MasterKey MASTER = MasterKey.of(MasterKeyFile.random(), "a test");

  protected JdbcClient jdbc;
  protected DataSourceTransactionManager transactions;
  protected DataKeys keys;
  protected TenantId tenant;

  @BeforeEach
  void begin() {
    TestPostgres.Database fresh = TestPostgres.freshDatabase();
    var source = new DriverManagerDataSource(fresh.url(), fresh.username(), fresh.password());
    Migrations.migrate(source);
    jdbc = JdbcClient.create(source);
    transactions = new DataSourceTransactionManager(source);
    keys = new DataKeys(jdbc, transactions);
    tenant = anotherTenant("mine");
  }

  protected TenantId anotherTenant(String name) {
    return new TenantId(
        jdbc.sql("insert into tenant (name) values (?) returning id").param(name).query(Long.class).single());
  }

  /** A process that starts with this master key. */
  protected SecretStore process(MasterKey master) {
    return new SecretStore(jdbc, transactions, new Vault(keys, master));
  }

  protected KeyRotation rotation(MasterKey master) {
    return new KeyRotation(jdbc, keys, master);
  }

  protected static Map<String, Secret> apiKey(String text) {
    return Map.of("/apiKey", new Secret(text));
  }
}
