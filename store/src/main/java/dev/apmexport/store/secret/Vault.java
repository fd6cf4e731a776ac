package dev.apmexport.store.secret;

import com.google.crypto.tink.Aead;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts with AES-256-GCM. What a text belongs to goes in as associated data, so that a ciphertext moved to another
 * row does not open. Keys that another process adds are taken up when they are met.
 */
public final class Vault {
  private static final Logger LOG = LoggerFactory.getLogger(Vault.class);

  private final DataKeys stored;
  private final MasterKey master;
  private volatile Map<Long, Aead> keys;

  /** Throws {@link MasterKeyRefused} if this is not the master key of the database. */
  public Vault(DataKeys stored, MasterKey master) {
    this.stored = stored;
    this.master = master;
    this.keys = stored.readOrMake(master);
  }

  /** The key to seal with: the newest. Asked inside a transaction, it is not removed before the transaction's end. */
  long newestKey() {
    List<Long> numbers = stored.numbers();
    if (!keys.keySet().containsAll(numbers) && !reload()) {
      LOG.warn("New keys cannot be taken up with this master key, the old ones stay in use: start this process again "
          + "with the master key in use now.");
    }
    return numbers.stream().filter(keys::containsKey).findFirst().orElseThrow(
        SecretsUnavailable::undecipherable);
  }

  byte[] seal(long key, String context, String text) {
    try {
      return aead(key).encrypt(bytes(text), bytes(context));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A secret cannot be encrypted.", e);
    }
  }

  /** Throws {@link SecretsUnavailable} if the ciphertext is not of this key and context. */
  String open(long key, String context, byte[] ciphertext) {
    if (!keys.containsKey(key)) {
      reload();
    }
    try {
      return new String(aead(key).decrypt(ciphertext, bytes(context)), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) {
      throw SecretsUnavailable.undecipherable();
    }
  }

  private Aead aead(long key) throws GeneralSecurityException {
    Aead aead = keys.get(key);
    if (aead == null) { throw new GeneralSecurityException("The key " + key + " is not known."); }
    return aead;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** False if the master key was changed since this process started, which then keeps the keys it has. */
  private boolean reload() {
    try {
      keys = stored.read(master);
      return true;
    } catch (MasterKeyRefused e) {
      return false;
    }
  }
}
