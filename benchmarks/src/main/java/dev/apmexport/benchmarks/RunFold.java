package dev.apmexport.benchmarks;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.resample.LiveWindows;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.Route;
import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.PushReader;
import java.util.List;

/** The live pass of one run for one export, from the log to the steps and without a destination. */
final class RunFold {
  private static final int PERIOD = 1;
  private static final int LATENESS = 2;
  private static final int SILENCE = 9;
  private static final int INPUT_SERIES = 100_000;

  private final PushReader reader = new PushReader(new SeriesTable(INPUT_SERIES));
  private final LiveWindows windows;
  private long points;

  RunFold(ExportConfig config) {
    Steps.Layout layout = new Steps.Layout(1, config.sink().maxBatch());
    Resampler.Config fold = new Resampler.Config(config.resampleRate(), PERIOD, SILENCE, false);
    windows = new LiveWindows(PERIOD, new Watermark(LATENESS, SILENCE),
        new Resampler(fold, series -> outputs(config, series),
            Steps.first(layout, this::step).windows(config.sink().shape())));
  }

  private static Route.Destinations outputs(ExportConfig config, InputSeries series) {
    return Route.Destinations.of(config.metrics().stream().filter(entry -> entry.source().matches(series))
        .map(entry -> output(config, entry, series)).distinct().toArray(Output[]::new));
  }

  private static Output output(ExportConfig config, MetricEntry entry, InputSeries series) {
    return new Output(series.name(), series.type(), config.name(entry), config.labels(entry, series, "42"));
  }

  /** Asks each record for its period before reading it, as the product does. */
  void play(List<LogRecord> log) throws InvalidPush {
    for (LogRecord record : log) {
      if (reader.period(record) != PERIOD) {
        throw new IllegalStateException("record " + record.seq() + " has other buckets");
      }
      windows.heard(record.instance(), record.receivedAtMillis());
      reader.read(record, windows);
      windows.seal();
    }
    windows.end();
    if (!windows.refused().isEmpty()) { throw new IllegalStateException("refused: " + windows.refused()); }
  }

  long read() {
    return windows.read();
  }

  long points() {
    return points;
  }

  long late() {
    return windows.counts().late();
  }

  private void step(Step step) {
    points += step.batch().size();
  }
}
