package dev.apmexport.store.secret;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * All secrets at rest, by what they belong to, such as {@code export/17}, and the path they stand at. A ciphertext opens
 * for its tenant, owner and path only.
 */
public final class SecretStore {
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final Vault vault;

  public SecretStore(JdbcClient jdbc, PlatformTransactionManager transactions, Vault vault) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
    this.vault = vault;
  }

  /** Replaces all secrets of an owner; part of the caller's transaction, if there is one. */
  public void put(TenantId tenant, String owner, Map<String, Secret> secrets) {
    transaction.executeWithoutResult(_ -> {
      delete(tenant, owner);
      if (secrets.isEmpty()) { return; }
      long key = vault.newestKey();
      secrets.forEach((path, secret) -> jdbc
          .sql("insert into secret (tenant_id, owner, path, key_id, ciphertext) values (?, ?, ?, ?, ?)")
          .params(tenant.value(), owner, path, key, vault.seal(key, context(tenant.value(), owner, path),
              secret.reveal()))
          .update());
    });
  }

  /**
   * The secrets of an owner by their paths; empty if there are none.
   *
   * @throws SecretsUnavailable if one does not open
   */
  public Map<String, Secret> get(TenantId tenant, String owner) {
    List<Sealed> sealed = sealed(tenant, owner);
    try {
      return opened(sealed);
    } catch (SecretsUnavailable e) {
      List<Sealed> now = sealed(tenant, owner);
      if (keysOf(now).equals(keysOf(sealed))) { throw e; }
      return opened(now); // rotations have moved them between the reading and the opening, and removed their key
    }
  }

  private List<Sealed> sealed(TenantId tenant, String owner) {
    return jdbc.sql("select tenant_id, owner, path, key_id, ciphertext from secret where tenant_id = ? and owner = ?")
        .params(tenant.value(), owner).query(Sealed::of).list();
  }

  private static Set<Long> keysOf(List<Sealed> secrets) {
    return secrets.stream().map(Sealed::key).collect(Collectors.toSet());
  }

  private Map<String, Secret> opened(List<Sealed> secrets) {
    Map<String, Secret> opened = new LinkedHashMap<>();
    secrets.forEach(sealed -> opened.put(sealed.path, new Secret(sealed.open(vault))));
    return opened;
  }

  public void delete(TenantId tenant, String owner) {
    jdbc.sql("delete from secret where tenant_id = ? and owner = ?").params(tenant.value(), owner).update();
  }

  /** One row. */
  record Sealed(long tenant, String owner, String path, long key, byte[] ciphertext) {
    static Sealed of(ResultSet row, int number) throws SQLException {
      return new Sealed(row.getLong("tenant_id"), row.getString("owner"), row.getString("path"), row.getLong("key_id"),
          row.getBytes("ciphertext"));
    }

    String context() {
      return SecretStore.context(tenant, owner, path);
    }

    String open(Vault vault) {
      return vault.open(key, context(), ciphertext);
    }
  }

  private static String context(long tenant, String owner, String path) {
    return tenant + "|" + owner + "|" + path;
  }
}
