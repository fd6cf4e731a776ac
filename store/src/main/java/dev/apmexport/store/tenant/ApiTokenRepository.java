package dev.apmexport.store.tenant;

import org.springframework.data.jpa.repository.JpaRepository;

public interface ApiTokenRepository extends JpaRepository<ApiToken, byte[]> {
}
