package dev.apmexport.store.ledger;

import dev.apmexport.exporter.ledger.Fenced;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.InvalidDataAccessResourceUsageException;
import org.springframework.jdbc.core.BatchPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes the entries of all ledgers of a process, as many in one commit as have gathered while the one before was under
 * way. While the database is away the entries wait: every statement may be repeated without harm. Whatever else goes
 * wrong fails the entries it met, and no more: every export of the process waits for this one thread.
 */
public final class LedgerWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerWriter.class);
  private static final int MAX_TOGETHER = 1_000;
  private static final long RETRY_MILLIS = 500;

  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final BlockingQueue<Entry> queue = new LinkedBlockingQueue<>();
  private final Thread thread;
  private volatile boolean ended;

  /** One row to write for an export, by whoever held it in this epoch. */
  record Entry(long exportId, long epoch, String sql, @Nullable Object[] values, CompletableFuture<Boolean> done) {}

  private record Holder(long exportId, long epoch) {}

  public LedgerWriter(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
    this.jdbc = jdbc;
    this.transaction = new TransactionTemplate(transactions);
    this.thread = Thread.ofVirtual().name("ledger").start(this::run);
  }

  /** Returns when the row is durable. */
  void write(long exportId, long epoch, String sql, @Nullable Object... values) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    queue.add(new Entry(exportId, epoch, sql, values, done));
    if (ended) {
      failQueued();
    }
    try {
      if (!done.get()) {
        throw new Fenced("Export " + exportId + " was taken over by another worker; epoch " + epoch + " is over.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Stopped while a ledger entry of export " + exportId + " was being written.", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("A ledger entry of export " + exportId + " cannot be written.", e.getCause());
    }
  }

  private void run() {
    List<Entry> together = new ArrayList<>();
    try {
      while (true) {
        together.clear();
        together.add(queue.take());
        queue.drainTo(together, MAX_TOGETHER - 1);
        commit(together);
      }
    } catch (InterruptedException stopped) {
      // The process ends.
    } finally {
      ended = true;
      fail(together, ended());
      failQueued();
    }
  }

  /** Nobody takes entries from the queue any more. */
  private void failQueued() {
    List<Entry> left = new ArrayList<>();
    queue.drainTo(left);
    fail(left, ended());
  }

  private static IllegalStateException ended() {
    return new IllegalStateException("The writer of the ledger has ended, as it does when its process stops.");
  }

  /** Those that are done already stay as they are. */
  private static void fail(List<Entry> entries, Throwable reason) {
    entries.forEach(entry -> entry.done.completeExceptionally(reason));
  }

  private void commit(List<Entry> entries) throws InterruptedException {
    try {
      while (!isWritten(entries)) {
        Thread.sleep(RETRY_MILLIS);
      }
    } catch (RuntimeException | Error e) {
      fail(entries, e);
    }
  }

  /** Whether every entry is written or refused for good; else the database is away. */
  private boolean isWritten(List<Entry> entries) throws InterruptedException {
    try {
      Map<Holder, Boolean> held = transaction.execute(_ -> writeAll(entries));
      entries.forEach(entry -> entry.done.complete(
          held != null && held.getOrDefault(new Holder(entry.exportId, entry.epoch), false)));
      return true;
    } catch (DataIntegrityViolationException | InvalidDataAccessResourceUsageException e) {
      refuse(entries, e);
      return true;
    } catch (DataAccessException | TransactionException e) {
      LOG.warn("The ledger cannot be written; it is tried again every {} ms and the exports wait. {}", RETRY_MILLIS,
          e.getMessage());
      return false;
    }
  }

  /** One entry that can never be written must not keep back those it came with. */
  private void refuse(List<Entry> entries, RuntimeException reason) throws InterruptedException {
    if (entries.size() == 1) {
      fail(entries, reason);
      return;
    }
    for (Entry entry : entries) {
      commit(List.of(entry));
    }
  }

  /** The rows of those that still hold their export. The share lock makes a taker wait until this is committed. */
  private Map<Holder, Boolean> writeAll(List<Entry> entries) {
    Map<Holder, Boolean> held = new HashMap<>();
    for (Entry entry : entries) {
      held.computeIfAbsent(new Holder(entry.exportId, entry.epoch), this::holds);
    }
    entries.stream().filter(entry -> held.getOrDefault(new Holder(entry.exportId, entry.epoch), false))
        .collect(Collectors.groupingBy(Entry::sql))
        .forEach((sql, rows) -> jdbc.batchUpdate(sql, new Rows(rows)));
    return held;
  }

  private boolean holds(Holder holder) {
    return !jdbc.queryForList("select 1 from export_epoch where export_id = ? and epoch = ? for share", holder.exportId,
        holder.epoch).isEmpty();
  }

  private record Rows(List<Entry> rows) implements BatchPreparedStatementSetter {
    @Override
    public void setValues(PreparedStatement statement, int i) throws SQLException {
      @Nullable
      Object[] values = rows.get(i).values;
      for (int v = 0; v < values.length; v++) {
        statement.setObject(v + 1, values[v]);
      }
    }

    @Override
    public int getBatchSize() {
      return rows.size();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
