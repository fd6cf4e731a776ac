package dev.apmexport.exporter.metric;

/** Why a sample of a good push is not used. */
public enum Refusal {
  EMPTY_NAME("the metric has no name"),
  UNKNOWN_TYPE(
      "the metric's type is none of counter, gauge, rate and trend, or no line of type \"Metric\" came before"),
  CHANGED_TYPE("the run's first push gave this metric another type"),
  TOO_MANY_LABELS("the series has more than " + Refusal.MAX_LABELS + " labels"),
  TOO_MANY_SERIES("the run has reached its limit of input series"),
  UNKNOWN_RESOLUTION("the histogram's resolution is not k6's 0.001 with 2 significant digits"),
  NOT_FINITE("the sample's value is not a finite number"),
  TOO_FAR_AHEAD("the sample's time is more than 10 min ahead of the server's clock"),
  TOO_OLD("the sample's time is more than 30 days before its arrival"),
  INVALID_LABELS("the series' labels must be sorted by name, each once, with a name and in UTF-8"),
  OUT_OF_ORDER(
      "the sample is older than one of its series that came before, or a histogram of the same time with less in "
          + "it"),
  RATIO_ALONE("the ratio of failed requests says nothing without k6_http_reqs_total of the same labels and time in the "
      + "same push"),
  UNKNOWN_HISTOGRAM(
      "the native histogram is none of whole counts in a schema from -4 to 8 that stays the same, with at "
          + "most 1,000 buckets on either side of 0");

  public static final int MAX_LABELS = 100;

  private final String sentence;

  Refusal(String sentence) {
    this.sentence = sentence;
  }

  public String sentence() {
    return sentence;
  }
}
