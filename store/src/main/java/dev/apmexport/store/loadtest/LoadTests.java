package dev.apmexport.store.loadtest;

import dev.apmexport.store.tenant.TenantId;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Finding and making load tests. */
public final class LoadTests {
  private static final String COLUMNS = "id, project_id, name, created_at";

  private final JdbcClient jdbc;

  public LoadTests(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The load test of this name in this project, which is made if there is none. */
  public LoadTest named(TenantId tenant, long projectId, String name) {
    return find(tenant, projectId, name).or(() -> make(tenant, projectId, name))
        .or(() -> find(tenant, projectId, name)) // made in the meantime by another request
        .orElseThrow();
  }

  public Optional<LoadTest> find(TenantId tenant, long projectId, String name) {
    return jdbc.sql("select " + COLUMNS
        + " from load_test where tenant_id = ? and project_id = ? and md5(name) = md5(?)")
        .params(tenant.value(), projectId, storable(name)).query(LoadTest::of).optional();
  }

  /** PostgreSQL's text may not hold U+0000. */
  private static String storable(String name) {
    return name.replace('\0', '\uFFFD');
  }

  private Optional<LoadTest> make(TenantId tenant, long projectId, String name) {
    return jdbc.sql("insert into load_test (tenant_id, project_id, name) values (?, ?, ?) on conflict do nothing "
        + "returning " + COLUMNS).params(tenant.value(), projectId, storable(name)).query(LoadTest::of).optional();
  }

  public Optional<LoadTest> find(TenantId tenant, long id) {
    return jdbc.sql("select " + COLUMNS + " from load_test where tenant_id = ? and id = ?").params(tenant.value(), id)
        .query(LoadTest::of).optional();
  }

  /** The newest of a project. */
  public List<LoadTest> list(TenantId tenant, long projectId, int most) {
    return jdbc
        .sql("select " + COLUMNS + " from load_test where tenant_id = ? and project_id = ? order by id desc limit ?")
        .params(tenant.value(), projectId, most).query(LoadTest::of).list();
  }
}
