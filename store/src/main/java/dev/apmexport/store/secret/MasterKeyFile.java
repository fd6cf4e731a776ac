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
    try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true); // else a power cut could take back the new name
    }
  }

  private static void create(Path file, String key) throws IOException {
    var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        ownerOnly)) {
      channel.write(ByteBuffer.wrap(key.getBytes(StandardCharsets.US_ASCII)));
      channel.force(true); // what it will encrypt is lost without it
    } catch (FileAlreadyExistsException made) {
      // An earlier start made it.
    }
  }

  private static MasterKey read(Path file) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    if (!OWNERS.containsAll(mode)) {
      throw new MasterKeyRefused("The master key file " + file + " is open to others than its owner ("
          + PosixFilePermissions.toString(mode) + "): chmod 600 " + file
          + ", and change the key if others may have read it: ./run rotate-keys --new-key-file");
    }
    return MasterKey.of(Files.readString(file), file.toString());
  }
}
