package dev.apmexport.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The files of one PostgreSQL: its data, and beside it the password of its only user. */
final class Cluster {
  static final String USER = "apm";
  private static final int PASSWORD_BYTES = 24;
  private static final String DRAFT = ".new-";

  private final Path dir;
  private final String password;

  private Cluster(Path dir) throws IOException {
    this.dir = dir;
    this.password = Files.readString(passwordOf(dir)).strip();
  }

  static Cluster openOrCreate(Path dir, Programs programs, boolean durable) throws IOException {
    if (Files.notExists(dir)) {
      create(dir, programs, durable);
    }
    return existing(dir);
  }

  static Cluster existing(Path dir) throws IOException {
    Cluster cluster = new Cluster(dir);
    String major = Files.readString(cluster.data().resolve("PG_VERSION")).strip();
    if (!major.equals(Binaries.MAJOR)) {
      throw new EmbeddedPostgresException("The data in " + dir + " is of PostgreSQL " + major + ", this is PostgreSQL "
          + Binaries.MAJOR + ": move the data with pg_upgrade or pg_dump, or start with another data directory.");
    }
    return cluster;
  }

  Path dir() {
    return dir;
  }

  Path data() {
    return dataOf(dir);
  }

  Path passwordFile() {
    return passwordOf(dir);
  }

  String password() {
    return password;
  }

  String jdbcUrl(int port) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
  }

  /** What the server wrote about itself when it started, {@code postmaster.pid}, by lines; empty if there is none. */
  List<String> serverNote() throws IOException {
    try {
      return Files.readAllLines(note());
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }

  /** Makes the note of a server that is gone say so. */
  void disownServerNote() throws IOException {
    // PostgreSQL refuses to start if the noted process exists, whatever it is, unless it is its own parent: us. The
    // note is not deleted because its other lines let PostgreSQL wait for sessions which outlive the killed server.
    List<String> lines = new ArrayList<>(serverNote());
    lines.set(0, Long.toString(ProcessHandle.current().pid()));
    Files.write(note(), lines);
  }

  /** The file, made if need be, for the eyes of its owner only. */
  static Path privateFile(Path file) throws IOException {
    try {
      return Files.createFile(file, forOwner("rw-------"));
    } catch (FileAlreadyExistsException _) {
      return file;
    }
  }

  private static FileAttribute<?> forOwner(String permissions) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions));
  }

  private static void create(Path dir, Programs programs, boolean durable) throws IOException {
    // Under another name until complete, so that who is killed half-way starts afresh; under a new one each time, for
    // the killed one's initdb may still be at work.
    deleteDrafts(dir);
    Path draft = Files.createTempDirectory(dir.getParent(), dir.getFileName() + DRAFT); // for its owner only
    byte[] random = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(random);
    Files.writeString(privateFile(passwordOf(draft)), HexFormat.of().formatHex(random));
    programs.own(draft);
    programs.run("initdb", "-D", dataOf(draft).toString(), "-U", USER, "--pwfile=" + passwordOf(draft),
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--data-checksums",
        durable ? "--no-instructions" : "--no-sync");
    Files.move(draft, dir, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel parent = FileChannel.open(dir.getParent(), StandardOpenOption.READ)) {
      parent.force(true); // else a power cut could take back the new name
    }
  }

  private static void deleteDrafts(Path dir) throws IOException {
    try (DirectoryStream<Path> drafts = Files.newDirectoryStream(dir.getParent(), dir.getFileName() + DRAFT + "*")) {
      for (Path draft : drafts) {
        Binaries.delete(draft);
      }
    } catch (DirectoryNotEmptyException | NoSuchFileException | UncheckedIOException _) {
      // It is being written or deleted at this moment, which costs some disk space at worst.
    }
  }

  private Path note() {
    return data().resolve("postmaster.pid");
  }

  private static Path dataOf(Path dir) {
    return dir.resolve("data");
  }

  private static Path passwordOf(Path dir) {
    return dir.resolve("password");
  }
}
