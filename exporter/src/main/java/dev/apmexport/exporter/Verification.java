package dev.apmexport.exporter;

import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.reconcile.ReadBackResult;
import dev.apmexport.exporter.reconcile.ReadBackResult.Difference;
import dev.apmexport.exporter.reconcile.Stretch;
import dev.apmexport.exporter.sink.ReadBack;
import dev.apmexport.exporter.source.RunFeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a run back from its destination, point by point: the only proof, since a receiver may drop what it accepted. The
 * complete log is folded once more; what it demands, and what was sent besides and cannot be taken back, is compared
 * with what the destination shows, some ten thousand points at a time.
 */
final class Verification {
  private static final int POINTS_AT_ONCE = 50_000;

  private final RunSettings settings;
  private final Export export;
  private final RunFeed feed;
  private final Exporter.Means means;
  private final TreeMap<Long, Map<Series, Double>> open = new TreeMap<>();
  private final TreeMap<Long, Map<Series, Double>> beside = new TreeMap<>();
  private final Set<Series> series = new HashSet<>();
  private final List<Difference> differences = new ArrayList<>();
  private long points;
  private long sealedThrough = Long.MIN_VALUE;
  private long comparedThrough = Long.MIN_VALUE;
  private long read;
  private long different;

  Verification(RunSettings settings, Export export, RunFeed feed, Exporter.Means means) {
    this.settings = settings;
    this.export = export;
    this.feed = feed;
    this.means = means;
  }

  /**
   * Asks for everything up to a record of the log.
   *
   * @param range of which points were to be sent
   * @param sentBeside points that the log does not demand, with the values that are right there
   * @return null where the block does not say whom to ask
   */
  @Nullable
  ReadBackResult run(long head, Range range, List<Point> sentBeside) throws InterruptedException {
    try (ReadBack destination = export.config().sink().readBack(means.http())) {
      if (destination == null) { return null; }
      sentBeside.stream().filter(point -> range.contains(point.atMillis())).forEach(this::expectBeside);
      compareAll(new PatientReading(destination, means.time()), head, range);
      return ReadBackResult.of(read, different, differences);
    } catch (ReadBack.Failed e) {
      return ReadBackResult.unknown("The points could not be read back: " + e.getMessage());
    }
  }

  private void expectBeside(Point point) {
    put(beside, point.series(), point.atMillis(), point.value());
  }

  private static void put(TreeMap<Long, Map<Series, Double>> points, Series one, long at, double value) {
    points.computeIfAbsent(at, _ -> new HashMap<>()).put(one, value);
  }

  private void expect(Series one, long at, double value) {
    series.add(one);
    put(open, one, at, value);
    points++;
  }

  private void compareAll(PatientReading reading, long head, Range range)
      throws InterruptedException, ReadBack.Failed {
    Expecting right = new Expecting(export.config().sink().shape(), range, this::expect);
    Fold fold = new Fold(settings, new SeriesTable(settings.inputSeriesLimit()),
        List.of(new Channel(export, settings, Horizon.complete(feed, head),
            new Noting(right, window -> sealedThrough = window.endMillis()))));
    fold.play(feed, head, () -> {
      if (points >= POINTS_AT_ONCE) {
        compareBefore(sealedThrough, reading); // at that very time another series may still begin
      }
    });
    compareBefore(Long.MAX_VALUE, reading);
  }

  private void compareBefore(long millis, PatientReading reading) throws InterruptedException, ReadBack.Failed {
    NavigableMap<Long, Map<Series, Double>> part = open.headMap(millis, false);
    NavigableMap<Long, Map<Series, Double>> sent = beside.headMap(millis, false);
    sent.forEach((at, values) -> values.forEach((one, value) -> {
      series.add(one);
      part.computeIfAbsent(at, _ -> new HashMap<>()).putIfAbsent(one, value);
    }));
    sent.clear();
    if (part.isEmpty()) { return; }
    Stretch stretch = new Stretch(series, part);
    long from = comparedThrough == Long.MIN_VALUE ? part.firstKey() : comparedThrough + 1;
    comparedThrough = millis == Long.MAX_VALUE ? part.lastKey() : millis - 1;
    part.clear();
    points = open.values().stream().mapToLong(Map::size).sum();
    take(stretch, reading.differences(stretch, from, comparedThrough));
  }

  private void take(Stretch stretch, List<Difference> found) {
    read += stretch.size();
    different += found.size();
    differences.addAll(found.subList(0, Math.min(found.size(), ReadBackResult.MAX_DIFFERENCES - differences.size())));
  }
}
