package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.PushReader;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.json.JsonLinesReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code K6_PROMETHEUS_MAPPING=raw}: every sample is a point at its own time, with k6's value and unit. A receiver holds
 * one value for a series and millisecond, so of several there is one: counters add up, a gauge is its last value, a
 * rate the share that is not 0, a trend its largest value. k6 hands samples on a little out of order, so they wait as
 * long as a window does.
 */
final class RawPoints implements Mapping, JsonLinesReader.RawVisitor {
  /** Samples far ahead of the clock wait for their time, but no more than so many. */
  private static final int MOST_OPEN = 500_000;

  private final JsonLinesReader reader;
  private final EveryMetric route;
  private final Steps steps;
  private final SampleTally tally;
  private final long lateness;
  private final Map<Integer, List<Series>> known = new LinkedHashMap<>();
  private final TreeMap<Long, Map<Series, Value>> open = new TreeMap<>();
  private TimeBounds bounds = TimeBounds.around(0);
  private long now;
  private long newest = Long.MIN_VALUE;
  private long passed = Long.MIN_VALUE;
  private int size;

  /** The values of one series and millisecond. */
  private static final class Value {
    private final MetricType type;
    private double value;
    private int count;

    Value(MetricType type) {
      this.type = type;
    }

    void add(double sample) {
      double one = type == MetricType.RATE && sample != 0 ? 1 : sample;
      value = count == 0 ? one : switch (type) {
        case COUNTER -> value + one;
        case GAUGE -> one;
        case RATE -> (value * count + one) / (count + 1);
        case TREND -> Math.max(value, one);
      };
      count++;
    }
  }

  RawPoints(RunSettings run, EveryMetric route, Steps steps, SampleTally tally) {
    this.reader = new JsonLinesReader(new SeriesTable(run.inputSeriesLimit()));
    this.route = route;
    this.steps = steps;
    this.tally = tally;
    this.lateness = run.lateness(PushReader.JSON_PERIOD) * 1_000L;
  }

  @Override
  public void now(long millis) {
    now = millis;
    bounds = TimeBounds.around(millis);
  }

  @Override
  public void line(byte[] line) throws InvalidPush {
    reader.readRaw(line, line.length, bounds, this);
  }

  @Override
  public void sample(InputSeries input, long atMillis, double value) {
    tally.read(1);
    newest = Math.max(newest, Math.min(atMillis, now));
    List<Series> to = known.computeIfAbsent(input.id(), _ -> series(input));
    if (to.isEmpty()) {
      tally.withoutRoom(1);
    } else if (atMillis <= passed) {
      tally.tooLate();
    } else {
      open.computeIfAbsent(atMillis, _ -> new LinkedHashMap<>()).compute(to.getFirst(), (_, there) -> {
        Value sum = there == null ? new Value(input.type()) : there;
        sum.add(value);
        count(sum);
        return sum;
      });
    }
  }

  private List<Series> series(InputSeries input) {
    List<Output> outputs = route.outputs(input).outputs();
    return outputs.stream().map(output -> new Series(output.name(), output.labels())).toList();
  }

  private void count(Value value) {
    if (value.count == 1) {
      size++;
    } else {
      tally.merge();
    }
  }

  @Override
  public void refused(Refusal reason, String metric, int samples) {
    tally.refused(reason, samples);
  }

  @Override
  public void handOn() {
    if (newest != Long.MIN_VALUE) {
      while (!open.isEmpty() && (open.firstKey() < newest - lateness || size > MOST_OPEN)) {
        handOnFirst();
      }
    }
  }

  @Override
  public void end() {
    while (!open.isEmpty()) {
      handOnFirst();
    }
  }

  private void handOnFirst() {
    Map.Entry<Long, Map<Series, Value>> first = open.pollFirstEntry();
    passed = first.getKey();
    size -= first.getValue().size();
    List<Point> points = new ArrayList<>(first.getValue().size());
    first.getValue().forEach((series, value) -> points.add(new Point(series, passed, value.value)));
    steps.points(points);
  }
}
