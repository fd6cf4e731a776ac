package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.delivery.Step;
import dev.apmexport.exporter.delivery.Steps;
import dev.apmexport.exporter.delivery.Timeline;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.SinkConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** One run's way through the pipe, from k6's first line to the last point. */
final class PipedRun implements AutoCloseable {
  /** Output series; more would not fit the memory the pipe is started with. */
  static final int MOST_SERIES = 50_000;
  private static final RunSettings RUN = new RunSettings("", 1, RunSettings.DEFAULT_INPUT_SERIES, MOST_SERIES,
      RunSettings.FOLD_VERSION);
  /** Kept tags make many series, which one request at a time would not carry over a slow line, … */
  private static final int SHARDS = 4;
  /** … but raw points have nearly a request for each millisecond, which shards would multiply. */
  private static final int SHARDS_OF_RAW = 1;

  private final PipeSettings settings;
  private final Timeline time;
  private final SampleTally tally = new SampleTally();
  private final RefusalNotes refusals = new RefusalNotes();
  private final Outflow outflow;
  private final EveryMetric route;
  private final Steps steps;
  private final Mapping mapping;
  private final K6Output output;
  private final CountDownLatch inputEnded = new CountDownLatch(1);
  private final Set<Series> sent = new LinkedHashSet<>();
  private long lastMillis;
  private boolean finished;

  PipedRun(PipeSettings settings, OutputStream console, HttpTransport http, Timeline time, ThreadFactory threads) {
    SinkConfig sink = settings.sink();
    int shards = settings.raw() ? SHARDS_OF_RAW : SHARDS;
    this.settings = settings;
    this.time = time;
    this.outflow = new Outflow(sink, shards, settings.tailBytes(), http, refusals, time, threads);
    this.steps = Steps.first(new Steps.Layout(shards, sink.maxBatch()), this::submit);
    this.route = new EveryMetric(sink, settings.tags(), settings.raw() ? raw -> List.of(raw.name())
        : windows -> sink.seriesNames(windows.type(), windows.name()), MOST_SERIES);
    this.mapping = settings.raw() ? new RawPoints(RUN, route, steps, tally)
        : new Windows(RUN, settings.seconds(), route, steps.windows(new RepeatableShape(sink.shape())), tally);
    this.output = new K6Output(mapping::line, console);
  }

  private void submit(Step step) {
    lastMillis = Math.max(lastMillis, step.batch().atMillis());
    if (settings.sink().marksEnd()) {
      sent.addAll(List.of(step.batch().series()));
    }
    outflow.submit(step);
  }

  /** Takes all that comes, until the input ends. */
  void take(InputStream in) throws IOException {
    try {
      LineSplitter splitter = new LineSplitter(in);
      while (splitter.fill()) {
        take(splitter);
      }
      splitter.end();
      take(splitter);
    } finally {
      inputEnded.countDown();
    }
  }

  private synchronized void take(LineSplitter splitter) {
    if (!finished) {
      mapping.now(time.millis());
      splitter.split(output::line);
      mapping.handOn();
    }
  }

  /** Waits until the input has ended, but no longer than this. */
  void awaitInputEnd(long seconds) {
    try {
      inputEnded.await(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  boolean hasInputEnded() {
    return inputEnded.getCount() == 0;
  }

  /** Ends all waiting for the destination, so that {@link #finish} returns at once. */
  void breakOff() {
    outflow.breakOff();
  }

  /** Takes no more lines, and waits until all is at its destination or has no more time to get there. */
  synchronized void finish() {
    if (finished) { return; }
    finished = true;
    output.end();
    mapping.end();
    long end = lastMillis + 1;
    steps.points(sent.stream().map(series -> Point.endMark(series, end)).toList());
    outflow.drain(settings.drain());
  }

  Outflow outflow() {
    return outflow;
  }

  /** What has come of it. */
  Closing closing() {
    return new Closing(settings, tally, output, route, outflow, refusals, sent.size());
  }

  @Override
  public void close() {
    outflow.close();
  }
}
