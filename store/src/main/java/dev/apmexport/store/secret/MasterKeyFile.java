package dev.apmexport.store.secret;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** A master key in a file that only its owner can read, and beside it the next one while the two change over. */
public final class MasterKeyFile {
  private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rwx------");

  private final Path file;
  private final Path next;

  public MasterKeyFile(Path file) {
    this.file = file;
    this.next = file.resolveSibling(file.getFileName() + ".new");
  }

  /** A random key as the file holds it. */
  public static String random() {
    byte[] key = new byte[MasterKey.BYTES];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  /**
   * The key in the file, which is made for the first keys. A change of the key that was interrupted is brought to its
   * end.
   *
   * @param keys what it is the master key of
   */
  public MasterKey keyOf(DataKeys keys) {
    if (keys.exist() && Files.notExists(file)) {
      throw new MasterKeyRefused("The database holds secrets, but their master key is neither given as APM_MASTER_KEY "
          + "nor in " + file + ". " + MasterKeyRefused.IF_LOST);
    }
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      create(file, random());
      MasterKey key = read(file);
      if (!keys.areUnder(key) && Files.exists(next) && keys.areUnder(read(next))) {
        promote();
        return read(file);
      }
      return key;
    } catch (IOException e) {
      throw new UncheckedIOException("The master key in " + file + " cannot be read or made: " + e.getMessage(), e);
    }
  }

  /** Encrypts the keys under another master key, which takes this file's place; {@code to} is its text. */
  public void change(DataKeys keys, String to) {
    MasterKey wanted = MasterKey.of(to, "APM_NEW_MASTER_KEY");
    MasterKey from = keyOf(keys);
    try {
      Files.deleteIfExists(next); // of a change that was interrupted before it came to anything
      create(next, to);
      keys.rewrap(from, wanted);
      promote();
    } catch (IOException e) {
      throw new UncheckedIOException("The master key in " + file + " cannot be changed: " + e.getMessage(), e);
    }
  }

  private void promote() throws IOException {
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    keepNames();
  }

  /** Else a power cut could take back a new name. */
  private void keepNames() throws IOException {
    try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /** Under its name it is whole from the beginning, for an empty one would be refused by every start to come. */
  private void create(Path name, String key) throws IOException {
    if (Files.exists(name)) { return; }
    Path whole = written(key);
    try {
      Files.createLink(name, whole);
      keepNames();
    } catch (FileAlreadyExistsException made) {
      // Another start made it in the meantime.
    } finally {
      Files.delete(whole);
    }
  }

  /** A file beside, which nobody reads. */
  private Path written(String key) throws IOException {
    var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path whole = Files.createTempFile(file.toAbsolutePath().getParent(), file.getFileName().toString(), ".tmp",
        ownerOnly);
    try (FileChannel channel = FileChannel.open(whole, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(key.getBytes(StandardCharsets.US_ASCII)));
      channel.force(true); // what it will encrypt is lost without it
    }
    return whole;
  }

  private static MasterKey read(Path file) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!OWNERS.containsAll(mode)) {
      throw new MasterKeyRefused("The master key file " + file + " is open to others than its owner ("
          + PosixFilePermissions.toString(mode) + "): chmod 600 " + file
          + ", and change the key if others may have read it: ./run rotate-keys --new-key-file");
    }
    String key = Files.readString(file);
    if (key.isBlank()) {
      throw new MasterKeyRefused(
          "The master key file " + file + " is empty. Put the key back into it; if it never held "
              + "one, because the first start was interrupted, delete the file, and the next start makes a key.");
    }
    return MasterKey.of(key, file.toString());
  }
}
