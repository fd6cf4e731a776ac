package dev.apmexport.store;

import com.google.protobuf.ByteString;
import dev.apmexport.db.TestPostgres;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.Runs;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import java.time.Duration;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The store as the processes have it, on an empty database that its tests share. */
@SpringBootTest(classes = WithStore.Application.class)
public abstract class WithStore {
  /** Thirty-two bytes in Base64. */
  public static final String MASTER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
  private static final TestPostgres.Database DATABASE = TestPostgres.freshDatabase();

  @Autowired
  protected JdbcClient jdbc;
  @Autowired
  protected MetricLog log;
  @Autowired
  protected Runs runs;
  @Autowired
  protected TenantRepository tenants;

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(StoreConfiguration.class)
  static class Application {
  }

  @DynamicPropertySource
  static void database(DynamicPropertyRegistry settings) {
    settings.add("spring.datasource.url", DATABASE::url);
    settings.add("spring.datasource.username", DATABASE::username);
    settings.add("spring.datasource.password", DATABASE::password);
    settings.add("spring.datasource.hikari.maximum-pool-size", () -> 10);
    settings.add("spring.jpa.hibernate.ddl-auto", () -> "none");
    settings.add("apm.master-key", () -> MASTER_KEY);
  }

  protected Tenant tenant() {
    return tenants.save(new Tenant("tenant-" + UUID.randomUUID()));
  }

  /** A run whose only export, if any, is this apm block. */
  protected Runs.Created run(String... apmBlocks) {
    return runs.create(tenant(), "checkout", null, options("[" + String.join(",", apmBlocks) + "]"));
  }

  protected TestRun bareRun() {
    return run().run();
  }

  protected RunExport export() {
    return run("{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://prometheus.example.com/write\"}").exports()
        .getFirst();
  }

  protected static JsonNode options(String apm) {
    return JsonMapper.shared().readTree("{\"cloud\":{\"apm\":" + apm + "}}");
  }

  protected static MetricLog.Entry push(String key) {
    return push(key, Duration.ofHours(24));
  }

  protected static MetricLog.Entry push(String key, Duration keyFor) {
    return new MetricLog.Entry(Kind.METRIC_SET, "", key, keyFor, 30, 33, ByteString.copyFromUtf8(key).toByteArray());
  }
}
