package dev.apmexport.db;

/** Why the embedded PostgreSQL cannot be had, in a sentence for whoever runs the program. */
public class EmbeddedPostgresException extends RuntimeException {
  private static final long serialVersionUID = 1;

  EmbeddedPostgresException(String message) {
    super(message);
  }

  EmbeddedPostgresException(String message, Throwable cause) {
    super(message, cause);
  }
}
