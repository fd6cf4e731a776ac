package dev.apmexport.exporter.sink;

import java.time.Duration;

/** What the remote end made of one batch. */
public sealed interface WriteResult {
  /** It said that it took the batch. */
  record Accepted() implements WriteResult {}

  /** The same bytes can never succeed. */
  record Invalid(String reason) implements WriteResult {}

  /** The same points may succeed in smaller requests. */
  record TooLarge(String reason) implements WriteResult {}

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
    /** No connection, no answer in time, or a connection that broke. */
    NO_ANSWER,
    /** The remote end asks for patience. */
    BUSY,
    /**
     * The remote end failed; where it fails for one batch only and for ever, that batch holds something it cannot
     * digest.
     */
    FAILED
  }
}
