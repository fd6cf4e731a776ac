package dev.apmexport.benchmarks;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.config.MetricEntry;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.resample.Output;
import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.Route;
import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.PushReader;
import java.util.List;

/** The live pass of one run for one export, from the log to the steps and without a destination. */
final class RunFold implements SampleVisitor {
  private static final int PERIOD = 1;
  private static final int LATENESS = 2;
  private static final int SILENCE = 9;
  private static final int INPUT_SERIES = 100_000;

  private final PushReader reader = new PushReader(new SeriesTable(INPUT_SERIES));
  private final Watermark watermark = new Watermark(LATENESS, SILENCE);
  private final Resampler resampler;
  private int generator;
  private long read;
  private long points;

  RunFold(ExportConfig config) {
    Steps.Layout layout = new Steps.Layout(1, config.sink().maxBatch());
    Resampler.Config fold = new Resampler.Config(config.resampleRate(), PERIOD, SILENCE, false);
    resampler = new Resampler(fold, series -> outputs(config, series),
        Steps.first(layout, this::step).windows(config.sink().shape()));
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
      generator = watermark.heard(record.instance(), record.receivedAtMillis());
      reader.read(record, this);
      resampler.sealBefore(watermark.second());
    }
    resampler.sealThrough(watermark.lastBucket());
  }

  long read() {
    return read;
  }

  long points() {
    return points;
  }

  long late() {
    return resampler.counts().late();
  }

  private void step(Step step) {
    points += step.batch().size();
  }

  private void observe(long bucket) {
    read++;
    watermark.observe(generator, bucket, PERIOD);
  }

  @Override
  public void counter(InputSeries series, long bucket, double sum) {
    observe(bucket);
    resampler.counter(series, bucket, sum);
  }

  @Override
  public void gauge(InputSeries series, long bucket, double last) {
    observe(bucket);
    resampler.gauge(generator, series, bucket, last);
  }

  @Override
  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    observe(bucket);
    resampler.rate(series, bucket, nonzero, total);
  }

  @Override
  public void trend(InputSeries series, long bucket, Histogram values) {
    observe(bucket);
    resampler.trend(series, bucket, values);
  }

  @Override
  public void refused(Refusal reason, String metric, int samples) {
    throw new IllegalStateException(metric + ": " + reason.sentence());
  }
}
