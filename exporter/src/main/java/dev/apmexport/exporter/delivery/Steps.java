package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.resample.WindowReceiver;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import java.util.function.LongPredicate;
import java.util.stream.IntStream;

/**
 * Cuts points into numbered steps, in the order of time: the same points in the same order give the same steps, which
 * is what the ledger relies on. A step holds points of one time, each of another series, of one shard.
 */
public final class Steps {
  private final Layout layout;
  private final int pass;
  private final Consumer<Step> out;
  private final Pile[] piles;
  private long piledAt;
  private LongPredicate wanted = _ -> true;

  /** How an export's points are spread; fixed when the export starts, since steps are counted by it. */
  public record Layout(int shards, int maxBatch) {}

  private static final class Pile {
    private Series[] series = new Series[64];
    private double[] values = new double[64];
    private int size;
    private long next;

    Pile(long next) {
      this.next = next;
    }

    void add(Series one, double value) {
      if (size == series.length) {
        series = Arrays.copyOf(series, size * 2);
        values = Arrays.copyOf(values, size * 2);
      }
      series[size] = one;
      values[size++] = value;
    }
  }

  /** @param firstNumbers the number of the first step of each shard */
  public Steps(Layout layout, int pass, IntToLongFunction firstNumbers, Consumer<Step> out) {
    this.layout = layout;
    this.pass = pass;
    this.out = out;
    this.piles = IntStream.range(0, layout.shards).mapToObj(shard -> new Pile(firstNumbers.applyAsLong(shard)))
        .toArray(Pile[]::new);
  }

  /** The steps of a first pass, which begin with number 0. */
  public static Steps first(Layout layout, Consumer<Step> out) {
    return first(layout, _ -> true, out);
  }

  /** The same of points of some times only. */
  public static Steps first(Layout layout, LongPredicate wanted, Consumer<Step> out) {
    Steps steps = new Steps(layout, Booking.FIRST_PASS, _ -> 0, out);
    steps.wanted = wanted;
    return steps;
  }

  /** Turns sealed windows into steps: first what opens a series, then the values, at the times the shape gives them. */
  public WindowReceiver windows(Shape shape) {
    return new WindowReceiver() {
      @Override
      public void window(Window window, List<Aggregation> opened, List<Aggregation> live) {
        opened.forEach(aggregation -> shape.open(window, aggregation, Steps.this::collect));
        live.forEach(aggregation -> shape.window(window, aggregation, Steps.this::collect));
        flush();
      }

      @Override
      public void end(Window last, List<Aggregation> live) {
        live.forEach(aggregation -> shape.end(last, aggregation, Steps.this::collect));
        flush();
      }
    };
  }

  /** Turns points that stand in the order of time into steps. */
  public void points(List<Point> points) {
    points.forEach(point -> collect(point.series(), point.atMillis(), point.value()));
    flush();
  }

  private void collect(Series series, long at, double value) {
    if (!wanted.test(at)) { return; }
    if (at != piledAt) {
      flush();
      piledAt = at;
    }
    piles[(int) Long.remainderUnsigned(series.key(), layout.shards)].add(series, value);
  }

  private void flush() {
    for (int shard = 0; shard < piles.length; shard++) {
      Pile pile = piles[shard];
      for (int from = 0; from < pile.size; from += layout.maxBatch) {
        int to = Math.min(pile.size, from + layout.maxBatch);
        Batch batch = new Batch(piledAt, Arrays.copyOfRange(pile.series, from, to),
            Arrays.copyOfRange(pile.values, from, to));
        out.accept(new Step(pass, shard, pile.next++, batch));
      }
      pile.size = 0;
    }
  }
}
