package dev.apmexport.api.security;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** A request that cannot be served as it is; the message is for whoever sent it. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;
  /** At which k6 stops sending metrics (its internal/output/cloud/expv2/error_handler.go, with status 403). */
  private static final int STOP = 4;
  private final HttpStatus status;
  private final transient Map<String, Object> facts;
  private final @Nullable Duration wait;
  private final int code;

  public Refused(HttpStatus status, String message) {
    this(status, message, Map.of());
  }

  /** @param facts what a program wants to know beside the sentence */
  public Refused(HttpStatus status, String message, Map<String, Object> facts) {
    this(status, message, facts, null, status.value());
  }

  private Refused(HttpStatus status, String message, Map<String, Object> facts, @Nullable Duration wait, int code) {
    super(message);
    this.code = code;
    this.status = status;
    this.facts = facts;
    this.wait = wait;
  }

  /** Too many requests; after this time another may be served. */
  public static Refused forNow(String message, Duration wait) {
    return new Refused(HttpStatus.TOO_MANY_REQUESTS, message, Map.of(), wait, HttpStatus.TOO_MANY_REQUESTS.value());
  }

  /** The run was stopped: k6 sends nothing more, and ends where it was told to stop on errors. */
  public static Refused stopped(String message) {
    return new Refused(HttpStatus.FORBIDDEN, message, Map.of(), null, STOP);
  }

  /** The same refusal with one more sentence, and what a program wants to know beside it. */
  public Refused with(String sentence, Map<String, Object> beside) {
    return new Refused(status, getMessage() + " " + sentence, beside, wait, code);
  }

  /** Whole seconds, rounded up, as the header Retry-After has them. */
  static long seconds(Duration wait) {
    return wait.plusNanos(999_999_999).toSeconds();
  }

  /** When to try again; null where that is not what was wrong. */
  @Nullable
  Duration retryAfter() {
    return wait;
  }

  public static Refused notFound(String what) {
    return new Refused(HttpStatus.NOT_FOUND, what);
  }

  public HttpStatus status() {
    return status;
  }

  /** What k6's error format tells as the code: the status, unless k6 goes by another one. */
  int code() {
    return code;
  }

  public Map<String, Object> facts() {
    return facts;
  }
}
