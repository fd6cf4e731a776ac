package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.metric.DistinctCount;
import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.SampleCounts;
import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.source.LogRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one pass folds for one export. The window's length is settled by the first push, since its buckets cannot be
 * split.
 */
final class Channel {
  private static final int WINDOWS_AT_ONCE = 16;

  private final Export export;
  private final RunSettings settings;
  private final Horizon horizon;
  private final WindowReceiver receiver;
  private final ExportRoute route;
  private @Nullable Resampler resampler;

  Channel(Export export, RunSettings settings, Horizon horizon, WindowReceiver receiver) {
    this.export = export;
    this.route = new ExportRoute(export, settings.testRunId(), settings.outputSeriesLimit());
    this.settings = settings;
    this.horizon = horizon;
    this.receiver = receiver;
  }

  void begin(int period, int silence) {
    int seconds = Window.effectiveSeconds(export.config().resampleRate(), period);
    Resampler.Config fold = new Resampler.Config(seconds, period, silence,
        export.config().sink().statistics().needsSinceStart());
    route.begin(period);
    resampler = new Resampler(fold, route, receiver);
  }

  Resampler resampler() {
    if (resampler == null) { throw new IllegalStateException("No push has been read yet."); }
    return resampler;
  }

  /** Seals some of the windows that may be sealed after a record; returns whether there are more. */
  boolean sealSome(LogRecord record, Watermark watermark) {
    if (resampler == null) { return false; }
    Horizon.Limit limit = horizon.after(record, watermark);
    if (!limit.ended()) { return resampler.sealBefore(limit.second(), WINDOWS_AT_ONCE); }
    boolean more = resampler.sealThrough(limit.second(), WINDOWS_AT_ONCE);
    if (!more) {
      resampler.end();
    }
    return more;
  }

  /** The window's length in use, in seconds: the wished one until the first push is read. */
  int seconds() {
    return resampler == null ? export.config().resampleRate() : resampler.seconds();
  }

  /** What the run has shown so far that the user should know. */
  List<Problem> warnings(boolean ended) {
    List<Problem> warnings = route.warnings(ended);
    DistinctCount refused = route.quota().refused();
    if (refused.count() > 0) {
      warnings.add(Problem.warning("apm[" + export.index() + "]",
          "would make " + refused + " series more than its limit of "
              + route.quota().limit() + "; they were refused for this run, the others go on. Keep fewer tags, or have "
              + "an operator raise the tenant's outputSeriesLimit."));
    }
    return warnings;
  }

  SampleCounts counts() {
    return resampler == null ? new SampleCounts() : resampler.counts();
  }
}
