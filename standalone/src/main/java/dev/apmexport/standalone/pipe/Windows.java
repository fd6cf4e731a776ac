package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.resample.LiveWindows;
import dev.apmexport.exporter.resample.Resampler;
import dev.apmexport.exporter.resample.Route;
import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.PushReader;
import dev.apmexport.exporter.source.TimeBounds;
import dev.apmexport.exporter.source.json.JsonLinesReader;

/** {@code K6_PROMETHEUS_MAPPING=prometheus}: samples become windows by the rules of the service's live pass. */
final class Windows implements Mapping {
  private static final int PERIOD = PushReader.JSON_PERIOD;

  private final JsonLinesReader reader;
  private final LiveWindows windows;
  private final SampleTally tally;
  private TimeBounds bounds = TimeBounds.around(0);

  /** @param seconds a window's length */
  Windows(RunSettings run, int seconds, Route route, WindowReceiver receiver, SampleTally tally) {
    this.reader = new JsonLinesReader(new SeriesTable(run.inputSeriesLimit()));
    this.windows = new LiveWindows(PERIOD, new Watermark(run.lateness(PERIOD), run.silence()),
        new Resampler(new Resampler.Config(seconds, PERIOD, run.silence(), false), route, receiver));
    this.tally = tally;
  }

  @Override
  public void now(long millis) {
    bounds = TimeBounds.around(millis);
    windows.heard("", millis);
  }

  @Override
  public void line(byte[] line) throws InvalidPush {
    reader.read(line, line.length, bounds, windows);
  }

  @Override
  public void handOn() {
    windows.seal();
  }

  @Override
  public void end() {
    windows.end();
    tally.read(windows.read());
    windows.refused().forEach(tally::refused);
    tally.late(windows.counts().late());
    tally.withoutRoom(windows.counts().refused());
  }
}
