package dev.apmexport.store.tenant;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

public interface TenantRepository extends JpaRepository<Tenant, Long> {
  Optional<Tenant> findByName(String name);

  /** The newest first, of those older than {@code before}. */
  @Query("select t from Tenant t where t.id < :before order by t.id desc")
  List<Tenant> page(long before, Limit limit);
}
