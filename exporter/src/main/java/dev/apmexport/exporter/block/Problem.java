package dev.apmexport.exporter.block;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * A mistake in what a user wrote.
 *
 * @param path where, for example {@code apm[0].credentials.token}
 * @param message what is wrong, the value, and what would be right
 */
public record Problem(String path, Severity severity, String message) {
  /** An error disables its block; a warning leaves something out or just tells. */
  public enum Severity {
    @JsonProperty("error")
    ERROR, @JsonProperty("warning")
    WARNING
  }

  public static Problem error(String path, String message) {
    return new Problem(path, Severity.ERROR, message);
  }

  public static Problem warning(String path, String message) {
    return new Problem(path, Severity.WARNING, message);
  }

  @JsonIgnore
  public boolean isError() {
    return severity == Severity.ERROR;
  }

  @Override
  public String toString() {
    return path + ": " + message;
  }
}
