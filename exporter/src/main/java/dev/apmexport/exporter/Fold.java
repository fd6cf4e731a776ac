package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.resample.Watermark;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.PushReader;
import dev.apmexport.exporter.source.RunFeed;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes a log's records in order and folds each, decoded once, into any number of channels. One thread. */
final class Fold implements SampleVisitor {
  private static final int RECORDS_AT_ONCE = 64;

  private final RunSettings settings;
  private final SeriesTable table;
  private final PushReader reader;
  private final List<Channel> channels;
  private final Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
  private @Nullable Watermark watermark;
  private @Nullable LogRecord last;
  private volatile long seq; // also read by a split fold that catches up
  private int period;
  private int generator;
  private long read;
  private boolean ended;
  private int firstPeriod;
  private @Nullable Problem unlikeFirst;

  Fold(RunSettings settings, SeriesTable table, List<Channel> channels) {
    this(settings, table, new PushReader(table), channels);
  }

  private Fold(RunSettings settings, SeriesTable table, PushReader reader, List<Channel> channels) {
    this.settings = settings;
    this.table = table;
    this.reader = reader;
    this.channels = new ArrayList<>(channels);
  }

  /** A fold for one of this one's channels, at the same place in the log; the channel leaves this one. */
  Fold split(Channel channel) {
    Fold split = new Fold(settings, table, reader.copy(), List.of(channel));
    split.seq = seq;
    split.last = last;
    split.watermark = watermark == null ? null : watermark.copy();
    split.read = read;
    split.ended = ended;
    split.firstPeriod = firstPeriod;
    split.unlikeFirst = unlikeFirst;
    split.refused.putAll(refused);
    channels.remove(channel);
    return split;
  }

  /** Takes a channel back that has reached the same place in the log. */
  void join(Fold split) {
    channels.addAll(split.channels);
  }

  /** Done after every few windows that were sealed. */
  @FunctionalInterface
  interface Pause<E extends Exception> {
    Pause<RuntimeException> NONE = () -> {};

    void await() throws InterruptedException, E;
  }

  /** Plays a log from where this fold is through this record. */
  <E extends Exception> void play(RunFeed feed, long through, Pause<E> pause) throws InterruptedException, E {
    while (seq < through) {
      List<LogRecord> records = feed.read(seq, (int) Math.min(RECORDS_AT_ONCE, through - seq));
      if (records.isEmpty()) {
        throw new IllegalStateException("The log of run " + settings.testRunId() + " ends after record " + seq
            + ", though it should reach to " + through + "; a part of it is gone.");
      }
      for (LogRecord record : records) {
        take(record);
        boolean more = true;
        while (more) {
          more = sealSome();
          pause.await();
        }
      }
    }
  }

  /** Folds a record's samples. What it completes is sealed by {@link #sealSome}, to be called until that is all. */
  void take(LogRecord record) {
    try {
      if (record.kind() != LogRecord.Kind.FINISH) {
        begin(record).heard(record);
        reader.read(record, this);
      }
    } catch (InvalidPush e) {
      throw new IllegalStateException("Record " + record.seq() + " of run " + settings.testRunId()
          + " cannot be read although it was checked when it came.", e);
    }
    seq = record.seq();
    last = record;
    ended = record.kind() == LogRecord.Kind.FINISH;
  }

  /** Seals some of the windows that may be sealed after the last record; returns whether there are more. */
  boolean sealSome() {
    boolean more = false;
    if (watermark != null && last != null) {
      for (Channel channel : channels) {
        more |= channel.sealSome(last, watermark);
      }
    }
    return more;
  }

  private Fold begin(LogRecord record) throws InvalidPush {
    period = reader.period(record);
    if (watermark == null) {
      int silence = settings.silence(record.kind());
      watermark = new Watermark(settings.lateness(period), silence, settings.expectedGenerators());
      channels.forEach(channel -> channel.begin(period, silence));
      firstPeriod = period;
    }
    if (period != firstPeriod && channels.stream().anyMatch(channel -> channel.seconds() % period != 0)) {
      unlikeFirst = RunWarnings.unlikePeriods(firstPeriod, record.instance(), period);
    }
    return this;
  }

  private void heard(LogRecord record) {
    generator = known().heard(record.instance(), record.receivedAtMillis());
  }

  private Watermark known() {
    if (watermark == null) { throw new IllegalStateException("No push has been read yet."); }
    return watermark;
  }

  /** The number of the last record taken. */
  long seq() {
    return seq;
  }

  /** The start of the latest bucket of the run so far; {@link Long#MIN_VALUE} while there is none. */
  long lastBucket() {
    return watermark == null ? Long.MIN_VALUE : watermark.lastBucket();
  }

  /** Samples read, the refused ones among them. */
  long read() {
    return read;
  }

  /** Whether the last record says that the run is over. */
  boolean ended() {
    return ended;
  }

  /** What the run has shown about all its exports. */
  List<Problem> warnings() {
    List<Problem> warnings = new ArrayList<>();
    String refused = table.refused();
    if (refused != null) {
      warnings.add(RunWarnings.seriesBeyondLimit(refused, settings.inputSeriesLimit()));
    }
    String mixed = reader.mixed();
    if (mixed != null) {
      warnings.add(RunWarnings.sendersUnderOneName(mixed));
    }
    if (unlikeFirst != null) {
      warnings.add(unlikeFirst);
    }
    if (ended && watermark != null && watermark.generators() < settings.expectedGenerators()) {
      warnings.add(RunWarnings.sendersNotToldApart(settings.expectedGenerators(), watermark.generators()));
    }
    return warnings;
  }

  /** The run's input series so far. */
  List<InputSeries> series() {
    return table.all();
  }

  Map<Refusal, Long> refusals() {
    return new EnumMap<>(refused);
  }

  private void observe(long bucket) {
    read++;
    known().observe(generator, bucket, period);
  }

  @Override
  public void counter(InputSeries series, long bucket, double sum) {
    observe(bucket);
    for (Channel channel : channels) {
      channel.resampler().counter(series, bucket, sum);
    }
  }

  @Override
  public void gauge(InputSeries series, long bucket, double last) {
    observe(bucket);
    for (Channel channel : channels) {
      channel.resampler().gauge(generator, series, bucket, last);
    }
  }

  @Override
  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    observe(bucket);
    for (Channel channel : channels) {
      channel.resampler().rate(series, bucket, nonzero, total);
    }
  }

  @Override
  public void trend(InputSeries series, long bucket, Histogram values) {
    observe(bucket);
    for (Channel channel : channels) {
      channel.resampler().trend(series, bucket, values);
    }
  }

  @Override
  public void refused(Refusal reason, String metric, int samples) {
    read += samples;
    refused.merge(reason, (long) samples, Long::sum);
    known().refused(generator);
  }
}
