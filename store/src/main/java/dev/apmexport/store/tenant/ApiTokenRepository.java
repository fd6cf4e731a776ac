package dev.apmexport.store.tenant;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.transaction.annotation.Transactional;

public interface ApiTokenRepository extends JpaRepository<ApiToken, Long> {
  Optional<ApiToken> findBySha256(byte[] sha256);

  /** A tenant's own tokens, the newest first, of those older than {@code before}; none of its runs. */
  @Query("""
      select t from ApiToken t
      where t.tenantId = :tenantId and t.scope = Scope.TENANT and t.id < :before order by t.id desc""")
  List<ApiToken> page(long tenantId, long before, Limit limit);

  /** A run's tokens, likewise. */
  @Query("select t from ApiToken t where t.testRunId = :testRunId and t.id < :before order by t.id desc")
  List<ApiToken> pageOfRun(long testRunId, long before, Limit limit);

  /** From now on the token is refused; it stays known when that began. Returns 0 if the tenant has no such token. */
  @Transactional
  @Modifying
  @Query("update ApiToken t set t.revokedAt = coalesce(t.revokedAt, instant) where t.id = :id and t.tenantId = :tenantId")
  int revoke(long id, long tenantId);

  /** The same for a token of a run. */
  @Transactional
  @Modifying
  @Query("update ApiToken t set t.revokedAt = coalesce(t.revokedAt, instant) where t.id = :id and t.testRunId = :testRunId")
  int revokeOfRun(long id, long testRunId);

  /** This token of an operator is good, and no other. */
  @Transactional
  @Modifying
  @Query("""
      update ApiToken t
      set t.revokedAt = case when t.sha256 = :sha256 then null else coalesce(t.revokedAt, instant) end
      where t.scope = Scope.OPERATOR""")
  void keepOneOperator(byte[] sha256);
}
