package dev.apmexport.db;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL as it is packed for this platform in a jar on the class path. */
final class Binaries {
  /** The version of the jars; it names the directory they are unpacked to. */
  static final String VERSION = "18.4.0";
  static final String MAJOR = VERSION.substring(0, VERSION.indexOf('.'));
  private static final String INVENTORY = "inventory";
  private static final int ANY_EXECUTE = 0111;

  private final URL archive;

  private Binaries(URL archive) {
    this.archive = archive;
  }

  static Binaries of(String osName, String osArch) {
    String os = osName.startsWith("Mac") ? "darwin" : osName.toLowerCase(Locale.ROOT).replace(' ', '_');
    String arch = switch (osArch) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm_64";
      default -> osArch;
    };
    URL archive = Binaries.class.getResource("/postgres-" + os + "-" + arch + ".txz");
    if (archive == null) {
      throw new EmbeddedPostgresException("There is no embedded PostgreSQL for the platform " + os + "-" + arch
          + ": let APM_DATABASE_URL point to a PostgreSQL " + MAJOR + " of your own.");
    }
    return new Binaries(archive);
  }

  /** Unpacks into a directory of the cache unless that was done before. Who comes meanwhile waits. */
  Path unpackedBelow(Path cache) throws IOException {
    Path home = cache.resolve("bin-" + VERSION);
    synchronized (Binaries.class) { // the file lock is between processes only
      try (FileChannel channel = FileChannel.open(Cluster.privateFile(cache.resolve("bin.lock")), WRITE);
          FileLock _ = channel.lock()) {
        if (!isWhole(home)) {
          replace(home);
        }
      }
    }
    return home;
  }

  /** Deletes the directory and all that is in it, if it exists; links are removed, not followed. */
  static void delete(Path tree) throws IOException {
    if (Files.notExists(tree)) { return; }
    List<Path> deepestFirst;
    try (Stream<Path> paths = Files.walk(tree)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }

  private void replace(Path home) throws IOException {
    Path draft = home.resolveSibling(home.getFileName() + ".new");
    delete(draft);
    unpackTo(draft);
    Files.writeString(draft.resolve(INVENTORY), inventory(draft));
    delete(home);
    Files.move(draft, home, ATOMIC_MOVE);
  }

  /** Cleaners of temporary directories and power cuts take single files away; PostgreSQL then fails in odd ways. */
  private static boolean isWhole(Path home) throws IOException {
    Path inventory = home.resolve(INVENTORY);
    return Files.exists(inventory) && Files.readString(inventory).equals(inventory(home));
  }

  private static String inventory(Path home) throws IOException {
    long files = 0;
    long bytes = 0;
    try (Stream<Path> paths = Files.walk(home)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        if (Files.isRegularFile(path) && !path.endsWith(INVENTORY)) {
          files++;
          bytes += Files.size(path);
        }
      }
    }
    return files + " files, " + bytes + " bytes";
  }

  private void unpackTo(Path home) throws IOException {
    makeDirectory(home);
    try (InputStream packed = new BufferedInputStream(archive.openStream());
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path path = home.resolve(entry.getName()).normalize();
        if (!path.startsWith(home)) {
          throw new IOException(archive + " has an entry that leads out of it: " + entry.getName());
        }
        unpack(tar, entry, path);
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
    makeDirectory(entry.isDirectory() ? path : path.getParent()); // not every directory has an entry
    if (entry.isDirectory()) { return; }
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else {
      Files.copy(tar, path);
      mode(path, (entry.getMode() & ANY_EXECUTE) == 0 ? "rw-r--r--" : "rwxr-xr-x");
    }
  }

  private static void makeDirectory(@Nullable Path dir) throws IOException {
    if (dir != null && Files.notExists(dir)) {
      makeDirectory(dir.getParent());
      Files.createDirectory(dir);
      mode(dir, "rwxr-xr-x");
    }
  }

  private static void mode(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }
}
