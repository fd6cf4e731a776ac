package dev.apmexport.exporter.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A ledger for runs that leave nothing behind. {@link #takeOver} gives the export to another holder and fences this
 * one.
 */
public final class InMemoryLedger implements Ledger {
  private final Book book;
  private final int epoch;

  private static final class Book {
    private int epoch;
    private final List<Consumer<LedgerState>> entries = new ArrayList<>();
  }

  public InMemoryLedger() {
    this(new Book());
  }

  private InMemoryLedger(Book book) {
    this.book = book;
    synchronized (book) {
      this.epoch = ++book.epoch;
    }
  }

  /** The same ledger in another worker's hands. */
  public InMemoryLedger takeOver() {
    return new InMemoryLedger(book);
  }

  @Override
  public LedgerState load() {
    LedgerState state = new LedgerState();
    synchronized (book) {
      book.entries.forEach(entry -> entry.accept(state));
    }
    return state;
  }

  @Override
  public void book(Booking booking) {
    write(state -> state.booked(booking));
  }

  @Override
  public void settle(int pass, int shard, long step) {
    write(state -> state.settled(pass, shard, step));
  }

  @Override
  public void doubtful(int pass, int shard, long step, long atMillis) {
    write(state -> state.doubtful(pass, shard, step, atMillis));
  }

  @Override
  public void reject(Rejection rejection) {
    write(state -> state.rejected(rejection));
  }

  private void write(Consumer<LedgerState> entry) {
    synchronized (book) {
      if (book.epoch != epoch) {
        throw new Fenced("The export is held with epoch " + book.epoch + "; this worker held it with " + epoch + ".");
      }
      book.entries.add(entry);
    }
  }
}
