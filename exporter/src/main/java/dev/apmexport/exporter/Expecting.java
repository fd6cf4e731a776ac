package dev.apmexport.exporter;

import dev.apmexport.exporter.reconcile.Reconciliation;
import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.sink.Shape;
import java.util.List;

/** What a complete log demands of a destination. */
record Expecting(Shape shape, Reconciliation difference) implements WindowReceiver {
  @Override
  public void window(Window window, List<Aggregation> opened, List<Aggregation> live) {
    opened.forEach(aggregation -> shape.open(window, aggregation, difference::expected));
    live.forEach(aggregation -> shape.window(window, aggregation, difference::expected));
  }

  @Override
  public void end(Window last, List<Aggregation> live) {
    live.forEach(aggregation -> shape.end(last, aggregation, difference::expected));
  }
}
