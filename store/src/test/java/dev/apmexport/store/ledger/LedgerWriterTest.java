package dev.apmexport.store.ledger;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.BatchPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;

/** Nobody waits for ever for a row that nobody will write. */
@Timeout(30)
class LedgerWriterTest {
  private volatile Supplier<@Nullable Throwable> trouble = () -> null;
  private final LedgerWriter writer = new LedgerWriter(new TakesAll(), new Transactions());

  @AfterEach
  void close() {
    writer.close();
  }

  /** A database that holds every export in epoch 1 and takes every row. */
  private static final class TakesAll extends JdbcTemplate {
    @Override
    public List<Map<String, @Nullable Object>> queryForList(String sql, @Nullable Object... values) {
      return List.of(Map.of());
    }

    @Override
    public int[] batchUpdate(String sql, BatchPreparedStatementSetter rows) {
      return new int[rows.getBatchSize()];
    }
  }

  private final class Transactions extends AbstractPlatformTransactionManager {
    @Override
    protected Object doGetTransaction() {
      return this;
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
      Throwable now = trouble.get();
      if (now instanceof Error error) { throw error; }
      if (now instanceof RuntimeException exception) { throw exception; }
    }

    @Override
    protected void doCommit(DefaultTransactionStatus status) {}

    @Override
    protected void doRollback(DefaultTransactionStatus status) {}
  }

  private void write() {
    writer.write(7, 1, "insert", 1);
  }

  @Test
  void an_error_fails_what_it_met_and_the_next_row_is_written() {
    trouble = () -> new StackOverflowError("too deep");
    assertThatThrownBy(this::write).isInstanceOf(IllegalStateException.class).hasMessageContaining("export 7")
        .cause().isInstanceOf(StackOverflowError.class);
    trouble = () -> null;
    write();
  }

  @Test
  void whoever_waits_for_a_database_that_is_away_is_told_when_the_process_stops() throws InterruptedException {
    CountDownLatch tried = new CountDownLatch(1);
    trouble = () -> {
      tried.countDown();
      return new DataAccessResourceFailureException("away");
    };
    CompletableFuture<Void> inHand = CompletableFuture.runAsync(this::write, Thread::startVirtualThread);
    tried.await();
    CompletableFuture<Void> queued = CompletableFuture.runAsync(this::write, Thread::startVirtualThread);
    writer.close();
    for (CompletableFuture<Void> waiting : List.of(inHand, queued)) {
      assertThatThrownBy(waiting::join).cause().isInstanceOf(IllegalStateException.class).cause()
          .hasMessageContaining("has ended");
    }
  }

  @Test
  void nothing_is_taken_after_the_end() {
    writer.close();
    assertThatThrownBy(() -> {
      write(); // which may come before the thread has seen that it is to end
      write();
    }).isInstanceOf(IllegalStateException.class).cause().hasMessageContaining("has ended");
  }
}
