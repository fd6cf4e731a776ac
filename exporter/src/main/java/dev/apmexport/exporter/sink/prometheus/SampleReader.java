package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads samples out of an answer while it comes, since it may be long. Throws what Jackson throws where an answer is no
 * JSON, and {@link IllegalArgumentException} where it is JSON of another kind.
 */
final class SampleReader {
  private static final JsonMapper JSON = JsonMapper.shared();
  /** Ten times what is asked for. */
  private static final int MOST_IN_A_LINE = 100_000;

  private final Point.Receiver out;

  SampleReader(Point.Receiver out) {
    this.out = out;
  }

  /** The answer of a Prometheus to a query: {@code data.result[]} with {@code metric} and {@code values}. */
  void matrix(InputStream answer) {
    try (JsonParser json = JSON.createParser(answer)) {
      require(json.nextToken(), JsonToken.START_OBJECT);
      boolean found = false;
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean data = json.currentName().equals("data");
        JsonToken value = json.nextToken();
        if (data && value == JsonToken.START_OBJECT) {
          found |= data(json);
        } else {
          json.skipChildren();
        }
      }
      if (!found) { throw new IllegalArgumentException("The answer has no result."); }
    }
  }

  private boolean data(JsonParser json) {
    boolean found = false;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      boolean result = json.currentName().equals("result");
      JsonToken value = json.nextToken();
      if (result && value == JsonToken.START_ARRAY) {
        found = true;
        while (json.nextToken() == JsonToken.START_OBJECT) {
          series(json);
        }
      } else {
        json.skipChildren();
      }
    }
    return found;
  }

  private void series(JsonParser json) {
    Series series = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("metric") && value == JsonToken.START_OBJECT) {
        series = metric(json);
      } else if (name.equals("values") && value == JsonToken.START_ARRAY) {
        pairs(json, known(series));
      } else {
        json.skipChildren();
      }
    }
  }

  private void pairs(JsonParser json, Series series) {
    while (json.nextToken() == JsonToken.START_ARRAY) {
      require(json.nextToken().isNumeric());
      long at = Math.round(json.getDoubleValue() * 1000);
      require(json.nextToken(), JsonToken.VALUE_STRING);
      out.point(series, at, number(json.getString()));
      require(json.nextToken(), JsonToken.END_ARRAY);
    }
  }

  /** VictoriaMetrics' export: on every line a series with {@code values} and {@code timestamps}; none is no line. */
  void lines(InputStream answer) {
    try (JsonParser json = JSON.createParser(answer)) {
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        require(token, JsonToken.START_OBJECT);
        line(json);
      }
    }
  }

  private void line(JsonParser json) {
    Series series = null;
    double[] values = {};
    double[] times = {};
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("metric") && value == JsonToken.START_OBJECT) {
        series = metric(json);
      } else if (name.equals("values") && value == JsonToken.START_ARRAY) {
        values = numbers(json);
      } else if (name.equals("timestamps") && value == JsonToken.START_ARRAY) {
        times = numbers(json);
      } else {
        json.skipChildren();
      }
    }
    require(values.length == times.length);
    for (int i = 0; i < values.length; i++) {
      if (!Double.isNaN(values[i])) { // how the export shows the mark of a series' end
        out.point(known(series), (long) times[i], values[i]);
      }
    }
  }

  private static double[] numbers(JsonParser json) {
    double[] numbers = new double[64];
    int size = 0;
    for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
      require(size < MOST_IN_A_LINE && token != null && token.isScalarValue());
      if (size == numbers.length) {
        numbers = Arrays.copyOf(numbers, size * 2);
      }
      numbers[size++] = token == JsonToken.VALUE_NULL ? Double.NaN
          : token.isNumeric() ? json.getDoubleValue() : number(json.getString());
    }
    return Arrays.copyOf(numbers, size);
  }

  private static Series metric(JsonParser json) {
    Map<String, String> labels = new TreeMap<>();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      require(json.nextToken(), JsonToken.VALUE_STRING);
      labels.put(name, json.getString());
    }
    String name = labels.remove("__name__");
    return new Series(name == null ? "" : name, Labels.of(labels));
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf", "Infinity", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  private static Series known(@Nullable Series series) {
    if (series == null) { throw new IllegalArgumentException("Samples come before their series is named."); }
    return series;
  }

  private static void require(@Nullable JsonToken token, JsonToken wanted) {
    require(token == wanted);
  }

  private static void require(boolean asExpected) {
    if (!asExpected) { throw new IllegalArgumentException("The answer is of another kind."); }
  }
}
