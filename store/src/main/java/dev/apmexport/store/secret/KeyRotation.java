package dev.apmexport.store.secret;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Puts a new key in the place of the old one, beside running processes. Every step stands for itself: wherever it is
 * interrupted, all secrets open, and another rotation goes on from there.
 */
public final class KeyRotation {
  private static final int PAGE = 500;

  private final JdbcClient jdbc;
  private final DataKeys keys;
  private final MasterKey master;

  public KeyRotation(JdbcClient jdbc, DataKeys keys, MasterKey master) {
    this.jdbc = jdbc;
    this.keys = keys;
    this.master = master;
  }

  /**
   * What a rotation did.
   *
   * @param key the number of the new key
   * @param moved secrets that are under it now
   * @param undecipherable secrets that no key opens; they stay as they are
   * @param removed old keys that no secret needed any more; the last one before the new stays until the next rotation,
   *   for those who are sealing with it at this moment
   */
  public record Done(long key, int moved, int undecipherable, int removed) {}

  /** @throws MasterKeyRefused if this is not the master key of the database */
  public Done rotate() {
    keys.add(master);
    Vault vault = new Vault(keys, master);
    long key = vault.newestKey();
    int moved = 0;
    int undecipherable = 0;
    List<SecretStore.Sealed> page = List.of();
    do {
      page = page(key, page.isEmpty() ? new SecretStore.Sealed(0, "", "", 0, new byte[0]) : page.getLast());
      for (SecretStore.Sealed sealed : page) {
        try {
          moved += move(sealed, key, vault);
        } catch (SecretsUnavailable e) {
          undecipherable++;
        }
      }
    } while (!page.isEmpty());
    return new Done(key, moved, undecipherable, keys.removeUnused());
  }

  private List<SecretStore.Sealed> page(long key, SecretStore.Sealed after) {
    return jdbc.sql("""
        select tenant_id, owner, path, key_id, ciphertext from secret
        where key_id <> ? and (owner, path) > (?, ?) order by owner, path limit ?""")
        .params(key, after.owner(), after.path(), PAGE).query(SecretStore.Sealed::of).list();
  }

  /** What was replaced or deleted since it was read stays as it is now. */
  private int move(SecretStore.Sealed sealed, long key, Vault vault) {
    String text = sealed.open(vault);
    return jdbc.sql("update secret set key_id = ?, ciphertext = ? where owner = ? and path = ? and ciphertext = ?")
        .params(key, vault.seal(key, sealed.context(), text), sealed.owner(), sealed.path(), sealed.ciphertext())
        .update();
  }
}
