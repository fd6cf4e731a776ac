package dev.apmexport.store.secret;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.util.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/**
 * Encrypts secrets with AES-256-GCM. What a secret belongs to goes in as associated data, so that a ciphertext moved to
 * another row does not open.
 */
public final class Vault {
  /** The number of the key in use; stored beside every ciphertext. */
  public static final int KEY_ID = 1;
  private static final int KEY_BYTES = 32;
  private static final int IV_BYTES = 12;
  private static final int TAG_BYTES = 16;

  private final Aead aead;

  /** @param key 32 bytes in Base64 */
  @AccessesPartialKey
  public Vault(String key) {
    byte[] bytes = decoded(key);
    if (bytes.length != KEY_BYTES) {
      throw new IllegalArgumentException(
          "The master key must be 32 bytes in Base64 (for example from: openssl rand -base64 32); "
              + "it has " + bytes.length + ".");
    }
    try {
      AeadConfig.register();
      AesGcmParameters parameters = AesGcmParameters.builder().setKeySizeBytes(KEY_BYTES).setIvSizeBytes(IV_BYTES)
          .setTagSizeBytes(TAG_BYTES).setVariant(AesGcmParameters.Variant.TINK).build();
      AesGcmKey aes = AesGcmKey.builder().setParameters(parameters).setIdRequirement(KEY_ID)
          .setKeyBytes(SecretBytes.copyFrom(bytes, InsecureSecretKeyAccess.get())).build();
      this.aead = KeysetHandle.newBuilder().addEntry(KeysetHandle.importKey(aes).withFixedId(KEY_ID).makePrimary())
          .build().getPrimitive(RegistryConfiguration.get(), Aead.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("The master key cannot be used.", e);
    }
  }

  private static byte[] decoded(String key) {
    try {
      return Base64.getDecoder().decode(key.strip());
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** @param owner what the secret belongs to; the same is needed to open it */
  public byte[] seal(String owner, String secret) {
    try {
      return aead.encrypt(secret.getBytes(StandardCharsets.UTF_8), owner.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A secret of " + owner + " cannot be encrypted.", e);
    }
  }

  public String open(String owner, byte[] ciphertext) {
    try {
      return new String(aead.decrypt(ciphertext, owner.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A secret of " + owner + " cannot be decrypted: the master key is not the one "
          + "it was encrypted with.", e);
    }
  }
}
