package dev.apmexport.exporter;

import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.SampleCounts;
import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.source.LogRecord;
import org.jspecify.annotations.Nullable;

/**
 * What one pass folds for one export. The window's length is settled by the first push, since its buckets cannot be
 * split.
 */
final class Channel {
  private final ExportConfig config;
  private final RunSettings settings;
  private final Horizon horizon;
  private final WindowReceiver receiver;
  private @Nullable Resampler resampler;

  Channel(ExportConfig config, RunSettings settings, Horizon horizon, WindowReceiver receiver) {
    this.config = config;
    this.settings = settings;
    this.horizon = horizon;
    this.receiver = receiver;
  }

  void begin(int period) {
    int seconds = Window.effectiveSeconds(config.resampleRate(), period);
    Resampler.Config fold = new Resampler.Config(seconds, period, settings.silence(), settings.outputSeriesLimit());
    resampler = new Resampler(fold, new ExportRoute(config, settings.testRunId()), receiver);
  }

  Resampler resampler() {
    if (resampler == null) { throw new IllegalStateException("No push has been read yet."); }
    return resampler;
  }

  void seal(LogRecord record, Watermark watermark) {
    if (resampler != null) {
      horizon.seal(resampler, record, watermark);
    }
  }

  /** The window's length in use, in seconds: the wished one until the first push is read. */
  int seconds() {
    return resampler == null ? config.resampleRate() : resampler.seconds();
  }

  SampleCounts counts() {
    return resampler == null ? new SampleCounts() : resampler.counts();
  }
}
