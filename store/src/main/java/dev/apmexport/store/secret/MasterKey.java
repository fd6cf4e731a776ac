package dev.apmexport.store.secret;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/** A master key in a file that only its owner can read; the first start makes it. */
public final class MasterKey {
  private static final int BYTES = 32;

  private MasterKey() {}

  /** The key in the file, in Base64. */
  public static String inFile(Path file) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      create(file);
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("The master key in " + file + " cannot be read or made: " + e.getMessage(), e);
    }
  }

  private static void create(Path file) throws IOException {
    byte[] key = new byte[BYTES];
    new SecureRandom().nextBytes(key);
    var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (var channel = Files.newByteChannel(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        ownerOnly)) {
      channel.write(ByteBuffer.wrap(Base64.getEncoder().encode(key)));
    } catch (FileAlreadyExistsException made) {
      // An earlier start made it.
    }
  }
}
