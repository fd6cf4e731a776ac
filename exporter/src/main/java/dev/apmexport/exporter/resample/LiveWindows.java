package dev.apmexport.exporter.resample;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import java.util.EnumMap;
import java.util.Map;

/**
 * A run's samples as windows where there is one export and no log to come back to: a resampler whose windows leave as
 * the run's watermark passes them. One thread.
 */
public final class LiveWindows implements SampleVisitor {
  private final int period;
  private final Watermark watermark;
  private final Resampler resampler;
  private final Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
  private int generator;
  private long read;

  /** @param period seconds per bucket of the samples to come */
  public LiveWindows(int period, Watermark watermark, Resampler resampler) {
    this.period = period;
    this.watermark = watermark;
    this.resampler = resampler;
  }

  /** Says whose samples follow, and when they came. */
  public void heard(String instance, long receivedAtMillis) {
    generator = watermark.heard(instance, receivedAtMillis);
  }

  /** Seals what the watermark has passed. */
  public void seal() {
    resampler.sealBefore(watermark.second());
  }

  /** Seals all that is left, since no more samples come. */
  public void end() {
    if (watermark.lastBucket() != Long.MIN_VALUE) {
      resampler.sealThrough(watermark.lastBucket());
    }
    resampler.end();
  }

  /** Samples taken, without those that were refused before they came here. */
  public long read() {
    return read;
  }

  /** Samples that were refused before they came here. */
  public Map<Refusal, Long> refused() {
    return refused;
  }

  /** What became of the samples taken. */
  public SampleCounts counts() {
    return resampler.counts();
  }

  private void observe(long bucket) {
    read++;
    watermark.observe(generator, bucket, period);
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
    refused.merge(reason, (long) samples, Long::sum);
    watermark.refused(generator);
  }
}
