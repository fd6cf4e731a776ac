package dev.apmexport.api.security;

import java.util.Map;
import org.springframework.http.HttpStatus;

/** A request that cannot be served as it is; the message is for whoever sent it. */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final HttpStatus status;
  private final transient Map<String, Object> facts;

  public Refused(HttpStatus status, String message) {
    this(status, message, Map.of());
  }

  /** @param facts what a program wants to know beside the sentence */
  public Refused(HttpStatus status, String message, Map<String, Object> facts) {
    super(message);
    this.status = status;
    this.facts = facts;
  }

  public static Refused notFound(String what) {
    return new Refused(HttpStatus.NOT_FOUND, what);
  }

  public HttpStatus status() {
    return status;
  }

  public Map<String, Object> facts() {
    return facts;
  }
}
