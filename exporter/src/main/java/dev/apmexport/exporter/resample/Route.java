package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.InputSeries;
import java.util.List;

/** Says where an input series goes; asked once for each, in the order of the log. */
@FunctionalInterface
public interface Route {
  List<Output> outputs(InputSeries series);
}
