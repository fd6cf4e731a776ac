package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.sink.BoundedStream;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.HttpVerdict;
import dev.apmexport.exporter.sink.ReadBack;
import dev.apmexport.exporter.sink.WriteResult;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.JacksonIOException;

/**
 * Reads samples as they are stored: from a Prometheus by an instant query for a range, whose answer has every sample
 * with its own time; from a VictoriaMetrics by its export, which unlike its queries hides nothing that is young.
 */
final class QueriedReadBack implements ReadBack {
  private static final int NAMES_AT_ONCE = 100;
  private static final long MOST_BYTES = 64L << 20;

  private final ReadBackConfig config;
  private final HttpTransport http;
  private final Map<String, String> headers = new LinkedHashMap<>();

  QueriedReadBack(ReadBackConfig config, HttpTransport http) {
    this.config = config;
    this.http = http.trusting(config.tls());
    config.headers().values().forEach((name, value) -> headers.put(name, value.reveal()));
    config.credentials().authorization().ifPresent(value -> headers.put("Authorization", value));
    headers.put("Content-Type", "application/x-www-form-urlencoded");
    headers.put("User-Agent", "k6-apm-export/0.1");
  }

  @Override
  public void read(Collection<String> names, Labels labels, long fromMillis, long toMillis, Point.Receiver out)
      throws Failed {
    Point.Receiver within = (series, at, value) -> {
      if (at >= fromMillis && at <= toMillis) {
        out.point(series, at, value);
      }
    };
    List<String> all = new ArrayList<>(names);
    for (int i = 0; i < all.size(); i += NAMES_AT_ONCE) {
      String selector = selector(all.subList(i, Math.min(all.size(), i + NAMES_AT_ONCE)), labels);
      ask(config.exports() ? export(selector, fromMillis, toMillis) : query(selector, fromMillis, toMillis), within);
    }
  }

  /** Whether a range holds its own start depends on the version, so one millisecond more is asked for. */
  private static String query(String selector, long from, long to) {
    return form("query", selector + "[" + (to - from + 1) + "ms]", "time", seconds(to));
  }

  /** Times are read as floating numbers and cut off, so a millisecond more is asked for at both ends. */
  private static String export(String selector, long from, long to) {
    return form("match[]", selector, "start", seconds(from - 1), "end", seconds(to + 1), "max_rows_per_line", "10000");
  }

  private static String selector(List<String> names, Labels labels) {
    StringBuilder selector = new StringBuilder("{__name__=~\"").append(String.join("|", names)).append('"');
    for (int i = 0; i < labels.size(); i++) {
      selector.append(',').append(labels.name(i)).append("=\"").append(escaped(labels.value(i))).append('"');
    }
    return selector.append('}').toString();
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  private static String seconds(long millis) {
    return BigDecimal.valueOf(millis, 3).toPlainString();
  }

  private static String form(String... namesAndValues) {
    StringBuilder form = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      form.append(i == 0 ? "" : "&").append(encoded(namesAndValues[i])).append('=')
          .append(encoded(namesAndValues[i + 1]));
    }
    return form.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private void ask(String form, Point.Receiver out) throws Failed {
    byte[] body = form.getBytes(StandardCharsets.UTF_8);
    SampleReader samples = new SampleReader(out);
    try {
      HttpTransport.Answer answer = http.post(config.endpoint(), headers, body, MOST_BYTES,
          in -> parse(samples, in));
      if (answer.status() / 100 != 2) { throw failed(HttpVerdict.of(answer, null, config::masked), answer); }
    } catch (BoundedStream.TooLong e) {
      throw new Failed(config.destination() + " answers with more than " + (MOST_BYTES >> 20) + " MB for the series of "
          + "this run; give the block a label that other runs do not have, such as by includeTestRunId.", false);
    } catch (IOException e) {
      throw new Failed(HttpVerdict.noAnswer(config.destination(), e).reason(), true);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new Failed("The answer of " + config.destination() + " is none of a Prometheus' query API or of "
          + "VictoriaMetrics' export; look whether queryURL is the right address.", false);
    }
  }

  private void parse(SampleReader samples, InputStream answer) throws IOException {
    try {
      if (config.exports()) {
        samples.lines(answer);
      } else {
        samples.matrix(answer);
      }
    } catch (JacksonIOException e) {
      throw e.getCause();
    }
  }

  private Failed failed(WriteResult result, HttpTransport.Answer answer) {
    return new Failed(config.destination() + " answers " + HttpVerdict.reason(answer, config::masked),
        result instanceof WriteResult.RetryLater);
  }

  @Override
  public void close() {
    http.close();
  }
}
