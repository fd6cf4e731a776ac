package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.InputSeries;
import java.util.List;

/** Says where an input series goes; asked once for each, in the order of the log. */
@FunctionalInterface
public interface Route {
  Destinations outputs(InputSeries series);

  /**
   * @param outputs what the series is merged into
   * @param refused how many outputs more it would go to, were there room and no other entry that writes them
   */
  record Destinations(List<Output> outputs, int refused) {
    public static Destinations of(Output... outputs) {
      return new Destinations(List.of(outputs), 0);
    }
  }
}
