package dev.apmexport.store.tenant;

import com.fasterxml.jackson.annotation.JsonValue;
import jakarta.persistence.EnumeratedValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a tenant has paid for. */
public enum Plan {
  FREE(false), TRIAL(true), TEAM_MONTHLY(false), TEAM_ANNUAL(true), PRO_MONTHLY(true), PRO_ANNUAL(true),
  ENTERPRISE(true);

  @EnumeratedValue
  @JsonValue
  private final String text;
  private final boolean exports;

  Plan(boolean exports) {
    this.text = name().toLowerCase(Locale.ROOT).replace('_', '-');
    this.exports = exports;
  }

  public boolean hasExports() {
    return exports;
  }

  /** The names of the plans that have exports, as a sentence lists them. */
  static String withExports() {
    return Arrays.stream(values()).filter(Plan::hasExports).map(Plan::toString).collect(Collectors.joining(", "));
  }

  /** Its name, for example {@code pro-monthly}. */
  @Override
  public String toString() {
    return text;
  }
}
