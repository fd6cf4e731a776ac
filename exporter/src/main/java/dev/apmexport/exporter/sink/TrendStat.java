package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.metric.Histogram;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One statistic of a trend, named as k6 names it: {@code min, max, avg, med, count, sum, p(95)}.
 *
 * @param quantile from 0 to 1, of a {@link Kind#QUANTILE}
 * @param percent the same in hundredths, such as {@code 99.9}; empty for all else
 */
public record TrendStat(Kind kind, double quantile, String percent) {
  /** What is computed of the values. */
  public enum Kind {
    MIN, MAX, AVG, MED, COUNT, SUM, QUANTILE
  }

  private static final Pattern PERCENTILE = Pattern.compile("p\\((\\d{1,2}(?:\\.\\d{1,4})?|100)\\)|p(\\d{1,2})");

  /** A statistic by its name, or null if there is none of that name. */
  public static @Nullable TrendStat parse(String name) {
    Matcher percentile = PERCENTILE.matcher(name);
    if (percentile.matches()) {
      String written = percentile.group(1) == null ? percentile.group(2) : percentile.group(1);
      String percent = new BigDecimal(written).stripTrailingZeros().toPlainString();
      return new TrendStat(Kind.QUANTILE, Double.parseDouble(percent) / 100, percent);
    }
    return switch (name) {
      case "min" -> plain(Kind.MIN);
      case "max" -> plain(Kind.MAX);
      case "avg" -> plain(Kind.AVG);
      case "med" -> plain(Kind.MED);
      case "count" -> plain(Kind.COUNT);
      case "sum" -> plain(Kind.SUM);
      default -> null;
    };
  }

  static TrendStat of(String name) {
    TrendStat stat = parse(name);
    if (stat == null) { throw new IllegalArgumentException("\"" + name + "\" is no statistic of a trend."); }
    return stat;
  }

  private static TrendStat plain(Kind kind) {
    return new TrendStat(kind, kind == Kind.MED ? 0.5 : 0, "");
  }

  /** Whether it runs on from the run's start whatever the mode: how many values there were, and their sum. */
  public boolean isTotal() {
    return kind == Kind.COUNT || kind == Kind.SUM;
  }

  /** The statistic of these values, of which there is at least one. */
  public double of(Histogram values) {
    return switch (kind) {
      case MIN -> values.min();
      case MAX -> values.max();
      case AVG -> values.average();
      case MED, QUANTILE -> values.quantile(quantile);
      case COUNT -> values.count();
      case SUM -> values.sum();
    };
  }

  /** As k6 writes it. */
  @Override
  public String toString() {
    return kind == Kind.QUANTILE ? "p(" + percent + ")" : kind.name().toLowerCase(java.util.Locale.ROOT);
  }
}
