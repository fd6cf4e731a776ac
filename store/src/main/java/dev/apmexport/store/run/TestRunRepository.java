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

  /** The newest first, of those older than {@code before}. */
  @Query("select r from TestRun r where r.tenantId = :tenantId and r.id < :before order by r.id desc")
  List<TestRun> page(long tenantId, long before, Limit limit);
}
