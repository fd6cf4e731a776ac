package dev.apmexport.store.run;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** Runs; whatever a tenant asks for is asked with the tenant's id. */
public interface TestRunRepository extends JpaRepository<TestRun, Long> {
  Optional<TestRun> findByIdAndTenantId(long id, long tenantId);

  Optional<TestRun> findByTenantIdAndCreateKey(long tenantId, String createKey);

  /** The newest run of a name and a profile whose key, by which it was made, is like this. */
  @Query(nativeQuery = true, value = """
      select * from test_run where tenant_id = :tenantId and md5(name) = md5(:name) and name = :name
        and profile = :profile and create_key like :key order by id desc limit 1""")
  Optional<TestRun> newestNamed(long tenantId, String name, String profile, String key);

  /** The newest first, of those older than {@code before}. */
  @Query("select r from TestRun r where r.tenantId = :tenantId and r.id < :before order by r.id desc")
  List<TestRun> page(long tenantId, long before, Limit limit);
}
