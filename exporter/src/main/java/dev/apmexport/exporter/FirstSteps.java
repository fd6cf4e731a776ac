package dev.apmexport.exporter;

import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.resample.WindowReceiver;
import java.util.List;
import java.util.function.Consumer;

/** The steps of a first pass, made from the log once more. */
final class FirstSteps {
  private FirstSteps() {}

  /** What makes them of the log it is to play. */
  static Fold fold(RunSettings settings, Export export, Range range, Horizon horizon, Consumer<Step> out) {
    WindowReceiver steps = Steps.first(export.layout(), range::contains, out).windows(export.config().sink().shape());
    return new Fold(settings, new SeriesTable(settings.inputSeriesLimit()),
        List.of(new Channel(export, settings, horizon, steps)));
  }
}
