package dev.apmexport.exporter.sink;

import java.time.Duration;

/** What the remote end made of one batch. */
public sealed interface WriteResult {
  /** Whether it was asked at all; some batches we know to be bad ourselves. */
  default boolean isAnswer() {
    return true;
  }

  /** It said that it took the batch. */
  record Accepted() implements WriteResult {}

  /** The same bytes can never succeed. */
  record Invalid(String reason, @Override boolean isAnswer) implements WriteResult {
    /** The remote end's own words. */
    public Invalid(String reason) {
      this(reason, true);
    }
  }

  /** The same points may succeed in smaller requests. */
  record TooLarge(String reason, @Override boolean isAnswer) implements WriteResult {
    /** The remote end's own words. */
    public TooLarge(String reason) {
      this(reason, true);
    }
  }

  /** Nothing will succeed until a human changes something: credentials, address, rights. */
  record NotAuthorized(String reason) implements WriteResult {}

  /** The remote end speaks another format or version. */
  record WrongFormat(String reason) implements WriteResult {}

  /**
   * The same bytes may succeed later; whether they were stored is unknown.
   *
   * @param after how long the remote end asks to wait; zero where it did not say
   */
  record RetryLater(Cause cause, String reason, Duration after) implements WriteResult {}

  /** Why a batch is to be sent again. */
  enum Cause {
    /** No connection, so that nothing was sent. */
    NO_CONNECTION,
    /**
     * No answer in time, or a connection that broke; or who waited for the answer on our behalf gave up (HTTP 408, 504).
     * What was sent may arrive yet.
     */
    NO_ANSWER,
    /** The remote end asks for patience, or we have no turn; the batch has no part in that. */
    BUSY,
    /** The remote end failed. */
    FAILED;

    /** Whether this can be the batch's fault: where it meets one batch only and for ever, that holds some poison. */
    public boolean canBeTheBatchs() {
      return this == FAILED || this == NO_ANSWER;
    }
  }
}
