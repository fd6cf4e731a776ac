package dev.apmexport.exporter.sink.datadog;

import java.util.Arrays;
import java.util.List;

/** The two versions of Datadog's intake of series, with the most bytes that a request of each may have. */
public enum ApiVersion {
  /** What VictoriaMetrics and others that speak Datadog's language know. */
  V1("v1", 3_200_000, 62_914_560),
  V2("v2", 512_000, 5_242_880);

  /** The most points of a request, whatever the version. */
  static final int MOST_POINTS = 10_000;
  static final List<String> NAMES = Arrays.stream(values()).map(version -> version.text).toList();

  private final String text;
  private final int mostPacked;
  private final int mostRaw;

  ApiVersion(String text, int mostPacked, int mostRaw) {
    this.text = text;
    this.mostPacked = mostPacked;
    this.mostRaw = mostRaw;
  }

  /** One of {@link #NAMES}. */
  static ApiVersion named(String text) {
    return values()[NAMES.indexOf(text)];
  }

  /** Bytes after packing. */
  int mostPacked() {
    return mostPacked;
  }

  /** Bytes before packing. */
  int mostRaw() {
    return mostRaw;
  }

  /** Where series are posted to, after the address of the API. */
  String path() {
    return "/api/" + text + "/series";
  }

  @Override
  public String toString() {
    return text;
  }
}
