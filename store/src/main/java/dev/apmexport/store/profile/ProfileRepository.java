package dev.apmexport.store.profile;

import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Lock;

/** Profiles; whatever a tenant asks for is asked with the tenant's id. */
public interface ProfileRepository extends JpaRepository<Profile, Long> {
  List<Listed> findByTenantIdOrderByName(long tenantId);

  /** A profile without its blocks. */
  record Listed(String name, Instant createdAt, Instant updatedAt) {}

  int countByTenantId(long tenantId);

  Optional<Profile> findByTenantIdAndName(long tenantId, String name);

  /** The same for somebody who is going to read its secrets, which belong to it as it is now. */
  @Lock(LockModeType.PESSIMISTIC_READ)
  Optional<Profile> readByTenantIdAndName(long tenantId, String name);

  /** The same for somebody who is going to change it. */
  @Lock(LockModeType.PESSIMISTIC_WRITE)
  Optional<Profile> getByTenantIdAndName(long tenantId, String name);
}
