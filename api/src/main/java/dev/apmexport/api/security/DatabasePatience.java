package dev.apmexport.api.security;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.dao.UncategorizedDataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.TransactionException;

/**
 * Holds a request while the database is away. k6 drops a batch after three refusals within about a second and waits up
 * to a minute for one answer, so waiting loses nothing and refusing does.
 */
public final class DatabasePatience {
  private static final Logger LOG = LoggerFactory.getLogger(DatabasePatience.class);
  private static final Duration LONGEST = Duration.ofSeconds(45);
  private static final Duration PAUSE = Duration.ofMillis(250);
  /** SQLSTATE classes: not supported, data, constraint, syntax or access rule, program limit. */
  private static final Pattern OF_THE_REQUEST = Pattern.compile("(0A|22|23|42|54).*");
  private static final int MAX_HELD_BYTES = 256 << 20;

  private final Semaphore heldBytes = new Semaphore(MAX_HELD_BYTES);
  private final Duration longest;

  public DatabasePatience() {
    this(LONGEST);
  }

  DatabasePatience(Duration longest) {
    this.longest = longest;
  }

  /** @param bytes the memory that is held meanwhile */
  public <T> T call(int bytes, Supplier<T> work) {
    if (!heldBytes.tryAcquire(bytes)) {
      throw new Refused(HttpStatus.SERVICE_UNAVAILABLE,
          "Too many requests are waiting for the database; try again later.");
    }
    try {
      return persist(work);
    } finally {
      heldBytes.release(bytes);
    }
  }

  public void run(Runnable work) {
    call(0, () -> {
      work.run();
      return true;
    });
  }

  private <T> T persist(Supplier<T> work) {
    long giveUp = System.nanoTime() + longest.toNanos();
    while (true) {
      try {
        return work.get();
      } catch (NonTransientDataAccessResourceException | RecoverableDataAccessException | TransientDataAccessException
          | UncategorizedDataAccessException | TransactionException e) {
        // An uncategorized one is what remains where the rollback on a broken connection fails too.
        if (isOfTheRequest(e)) { throw e; }
        LOG.warn("The database is away; a request is held. {}", e.getMessage());
        if (System.nanoTime() > giveUp || !paused()) {
          throw new Refused(HttpStatus.SERVICE_UNAVAILABLE,
              "The database could not be reached for " + longest.toSeconds() + " s; it was not stored, send it again.");
        }
      }
    }
  }

  /** Whether the database answered, and would answer so again. */
  private static boolean isOfTheRequest(Throwable fault) {
    for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
      String state = cause instanceof SQLException answer ? answer.getSQLState() : null;
      if (state != null) { return OF_THE_REQUEST.matcher(state).matches(); }
    }
    return false;
  }

  private static boolean paused() {
    try {
      Thread.sleep(PAUSE);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
