package dev.apmexport.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Lets one process at a time own a data directory. The operating system releases it however the process ends. */
final class DirectoryLock implements AutoCloseable {
  /**
   * One channel per lock file, never closed: POSIX drops a process's lock on a file as soon as the process closes any
   * descriptor of that file, so a refused second attempt would free the directory under the feet of the first.
   */
  private static final Map<Object, FileChannel> CHANNELS = new ConcurrentHashMap<>();
  private static final int LONGEST_PID = 20;

  private final FileLock lock;

  private DirectoryLock(FileLock lock) {
    this.lock = lock;
  }

  static DirectoryLock take(Path dataDir) throws IOException {
    Path file = Cluster.privateFile(dataDir.resolve("lock"));
    Object inode = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    FileChannel channel = CHANNELS.compute(inode, (_, known) -> known != null && known.isOpen() ? known : open(file));
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException _) {
      throw new DataDirectoryInUse(dataDir, "this process (" + ProcessHandle.current().pid() + ")");
    }
    if (lock == null) { throw new DataDirectoryInUse(dataDir, holder(channel)); }
    DirectoryLock held = new DirectoryLock(lock);
    try {
      channel.truncate(0).write(bytes(Long.toString(ProcessHandle.current().pid())), 0);
    } catch (IOException e) {
      held.close();
      throw e;
    }
    return held;
  }

  @Override
  public void close() {
    try {
      lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileChannel open(Path file) {
    try {
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(LONGEST_PID);
    channel.read(pid, 0);
    return pid.position() == 0 ? "another process" : "process " + StandardCharsets.US_ASCII.decode(pid.flip());
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }
}
