package dev.apmexport.exporter;

import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.sink.Shape;
import java.util.List;

/** What a complete log demands of a destination, in a range of time. */
record Expecting(Shape shape, Range range, Point.Receiver out) implements WindowReceiver {
  @Override
  public void window(Window window, List<Aggregation> opened, List<Aggregation> live) {
    opened.forEach(aggregation -> shape.open(window, aggregation, this::expected));
    live.forEach(aggregation -> shape.window(window, aggregation, this::expected));
  }

  @Override
  public void end(Window last, List<Aggregation> live) {
    live.forEach(aggregation -> shape.end(last, aggregation, this::expected));
  }

  private void expected(Series series, long at, double value) {
    if (range.contains(at)) {
      out.point(series, at, value);
    }
  }
}
