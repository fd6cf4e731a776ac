package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.sink.Shape;

/**
 * A shape for runs that follow each other with the same series, since nothing tells them apart here. The 0 that opens a
 * total would stand at the very time of the last total of the run before, and be refused for it; a little later it is
 * what it should be, the restart of a counter.
 */
record RepeatableShape(Shape shape) implements Shape {
  /** After the last run's end marks, which stand 1 ms after its last points. */
  static final int LATER_MILLIS = 2;

  @Override
  public void open(Window first, Aggregation aggregation, Point.Receiver out) {
    shape.open(first, aggregation, (series, at, value) -> out.point(series, at + LATER_MILLIS, value));
  }

  @Override
  public void window(Window window, Aggregation aggregation, Point.Receiver out) {
    shape.window(window, aggregation, out);
  }

  @Override
  public void end(Window last, Aggregation aggregation, Point.Receiver out) {
    shape.end(last, aggregation, out);
  }

  @Override
  public boolean isTotal(Series series) {
    return shape.isTotal(series);
  }
}
