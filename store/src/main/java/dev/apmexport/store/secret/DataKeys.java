package dev.apmexport.store.secret;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The keys that secrets are encrypted with, in the database, encrypted under the master key. */
public final class DataKeys {
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;

  public DataKeys(JdbcClient jdbc, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
  }

  private record Wrapped(long id, byte[] keyset) {}

  /** All keys by their numbers, the newest first. Throws {@link MasterKeyRefused} if this is not their master key. */
  Map<Long, Aead> read(MasterKey master) {
    Map<Long, Aead> keys = new LinkedHashMap<>();
    stored().forEach(wrapped -> keys.put(wrapped.id, primitive(unwrapped(wrapped, master))));
    return keys;
  }

  /** The same; the first process to ask makes the first key. */
  Map<Long, Aead> readOrMake(MasterKey master) {
    if (numbers().isEmpty()) {
      locked(() -> {
        if (numbers().isEmpty()) {
          insert(master);
        }
      });
    }
    return read(master);
  }

  /** Whether any process has made a key yet. */
  public boolean exist() {
    return jdbc.sql("select to_regclass('secret_key') is not null").query(Boolean.class).single()
        && !numbers().isEmpty();
  }

  /** The numbers of all keys, the newest first. Inside a transaction none of them is removed before its end. */
  List<Long> numbers() {
    return jdbc.sql("select id from secret_key order by made desc for key share").query(Long.class).list();
  }

  /** Adds a key, with which everything is encrypted from now on. */
  void add(MasterKey master) {
    locked(() -> {
      read(master); // two master keys must never meet in here
      insert(master);
    });
  }

  /** Encrypts all keys under another master key. What is under it already, stays. */
  public void rewrap(MasterKey from, MasterKey to) {
    locked(() -> stored().forEach(wrapped -> {
      KeysetHandle key = isUnder(to, wrapped) ? unwrapped(wrapped, to) : unwrapped(wrapped, from);
      jdbc.sql("update secret_key set wrapped = ? where id = ?").params(wrap(wrapped.id, key, to), wrapped.id).update();
    }));
  }

  /** Removes the keys that no secret needs, but for the two newest; returns how many. */
  int removeUnused() {
    return jdbc.sql("""
        delete from secret_key where made < (select made from secret_key order by made desc offset 1 limit 1)
          and not exists (select 1 from secret where key_id = secret_key.id)""").update();
  }

  private void locked(Runnable change) {
    transaction.executeWithoutResult(_ -> {
      jdbc.sql("lock table secret_key in share row exclusive mode").update();
      change.run();
    });
  }

  private List<Wrapped> stored() {
    return jdbc.sql("select id, wrapped from secret_key order by made desc")
        .query((row, n) -> new Wrapped(row.getLong(1), row.getBytes(2))).list();
  }

  private void insert(MasterKey master) {
    try {
      AeadConfig.register();
      KeysetHandle key = KeysetHandle.generateNew(PredefinedAeadParameters.AES256_GCM);
      long id = Integer.toUnsignedLong(key.getPrimary().getId());
      jdbc.sql("insert into secret_key (id, wrapped) values (?, ?)").params(id, wrap(id, key, master)).update();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A key cannot be made.", e);
    }
  }

  private static byte[] wrap(long id, KeysetHandle key, MasterKey master) {
    try {
      return TinkProtoKeysetFormat.serializeEncryptedKeyset(key, master.aead(), context(id));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The key " + id + " cannot be encrypted.", e);
    }
  }

  /** Whether this is their master key, as any is while there are none. */
  boolean areUnder(MasterKey master) {
    return stored().stream().allMatch(wrapped -> isUnder(master, wrapped));
  }

  private static boolean isUnder(MasterKey master, Wrapped wrapped) {
    try {
      unwrapped(wrapped, master);
      return true;
    } catch (MasterKeyRefused e) {
      return false;
    }
  }

  private static KeysetHandle unwrapped(Wrapped wrapped, MasterKey master) {
    try {
      return TinkProtoKeysetFormat.parseEncryptedKeyset(wrapped.keyset, master.aead(), context(wrapped.id));
    } catch (GeneralSecurityException e) {
      throw new MasterKeyRefused("The master key is not the one that the secrets in this database are encrypted with. "
          + "Start with that one (APM_MASTER_KEY or the key file). " + MasterKeyRefused.IF_LOST);
    }
  }

  private static Aead primitive(KeysetHandle key) {
    try {
      return Objects.requireNonNull(key.getPrimitive(RegistryConfiguration.get(), Aead.class));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A key cannot be used.", e);
    }
  }

  private static byte[] context(long id) {
    return ("secret_key|" + id).getBytes(StandardCharsets.UTF_8);
  }
}
