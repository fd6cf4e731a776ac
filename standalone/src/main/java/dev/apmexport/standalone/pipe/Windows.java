package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.Route;
import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.PushReader;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.json.JsonLinesReader;

/** {@code K6_PROMETHEUS_MAPPING=prometheus}: samples become windows by the rules of the service's live pass. */
final class Windows implements Mapping, SampleVisitor {
  private static final int PERIOD = PushReader.JSON_PERIOD;
  private static final int WINDOWS_AT_ONCE = 16;

  private final JsonLinesReader reader;
  private final Resampler resampler;
  private final Watermark watermark;
  private final SampleTally tally;
  private TimeBounds bounds = TimeBounds.around(0);
  private int generator;

  /** @param seconds a window's length */
  Windows(RunSettings run, int seconds, Route route, WindowReceiver receiver, SampleTally tally) {
    this.reader = new JsonLinesReader(new SeriesTable(run.inputSeriesLimit()));
    this.resampler = new Resampler(new Resampler.Config(seconds, PERIOD, run.silence(), false), route, receiver);
    this.watermark = new Watermark(run.lateness(PERIOD), run.silence());
    this.tally = tally;
  }

  @Override
  public void now(long millis) {
    bounds = TimeBounds.around(millis);
    generator = watermark.heard("", millis);
  }

  @Override
  public void line(byte[] line) throws InvalidPush {
    reader.read(line, line.length, bounds, this);
  }

  @Override
  public void handOn() {
    boolean more = true;
    while (more) {
      more = resampler.sealBefore(watermark.second(), WINDOWS_AT_ONCE);
    }
  }

  @Override
  public void end() {
    boolean more = watermark.lastBucket() != Long.MIN_VALUE;
    while (more) {
      more = resampler.sealThrough(watermark.lastBucket(), WINDOWS_AT_ONCE);
    }
    resampler.end();
    tally.late(resampler.counts().late());
    tally.withoutRoom(resampler.counts().refused());
  }

  private void observe(long bucket) {
    tally.read(1);
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
    tally.refused(reason, samples);
  }
}
