package dev.apmexport.standalone.demo;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/**
 * A run as if several k6 had measured it together: every one some of the samples of every series and bucket, and of the
 * virtual users its share. Together they measured what one k6 had.
 */
final class SplitRun {
  static final Set<String> ADDED_UP = Set.of("vus", "vus_max");
  private static final int BUCKET_SECONDS = 1;
  private static final int SERIES_PER_PUSH = 50;
  /** How long after a bucket's start k6 sends it: it waits two seconds, and pushes every second. */
  private static final int SENT_AFTER_MILLIS = 3_000;

  private final List<List<RawSample>> parts = new ArrayList<>();

  /**
   * One push on its way.
   *
   * @param atMillis when it arrives
   */
  record Arrival(long atMillis, int sender, Push push) {
    String instance() {
      return "lg-" + (sender + 1);
    }

    Arrival later(long millis) {
      return new Arrival(atMillis + millis, sender, push);
    }
  }

  SplitRun(List<RawSample> samples, int senders, long seed) {
    var random = new Random(seed);
    for (int sender = 0; sender < senders; sender++) {
      parts.add(new ArrayList<>());
    }
    for (RawSample sample : samples) {
      if (ADDED_UP.contains(sample.metric())) {
        share(sample);
      } else {
        parts.get(random.nextInt(senders)).add(sample);
      }
    }
  }

  private void share(RawSample sample) {
    var whole = (int) sample.value();
    for (int sender = 0; sender < parts.size(); sender++) {
      double share = whole / parts.size() + (sender < whole % parts.size() ? 1 : 0);
      parts.get(sender).add(new RawSample(sample.metric(), sample.type(), sample.time(), sample.timeNanos(), share,
          sample.tags()));
    }
  }

  int senders() {
    return parts.size();
  }

  /** What one of them measured, in the buckets that are wanted. */
  List<RawSample> samples(int sender, LongPredicate buckets) {
    return parts.get(sender).stream().filter(sample -> buckets.test(sample.bucketStart(BUCKET_SECONDS))).toList();
  }

  /** What one of them sends of it, each bucket in a few pushes, a moment after its siblings. */
  List<Arrival> arrivals(String testRunId, int sender, LongPredicate buckets) {
    var arrivals = new ArrayList<Arrival>();
    byBucket(samples(sender, buckets)).forEach((bucket, samples) -> {
      long at = bucket * 1000 + SENT_AFTER_MILLIS + sender * 137L;
      List<MetricSets> pushes = pushes(testRunId, bucket, samples);
      for (int i = 0; i < pushes.size(); i++) {
        var push = new Push(at, "bucket %d, push %d".formatted(bucket, i), pushes.get(i).packed());
        arrivals.add(new Arrival(at + i * 20L, sender, push));
      }
    });
    return arrivals;
  }

  private static SortedMap<Long, List<RawSample>> byBucket(List<RawSample> samples) {
    return samples.stream().collect(
        Collectors.groupingBy(sample -> sample.bucketStart(BUCKET_SECONDS), TreeMap::new, Collectors.toList()));
  }

  private static List<MetricSets> pushes(String testRunId, long bucket, List<RawSample> samples) {
    record Series(String metric, Map<String, String> tags) {}
    var pushes = new ArrayList<MetricSets>();
    int[] series = {0};
    samples.stream().collect(Collectors.groupingBy(sample -> new Series(sample.metric(), sample.wireTags())))
        .forEach((one, values) -> {
          if (series[0]++ % SERIES_PER_PUSH == 0) {
            pushes.add(new MetricSets(testRunId, BUCKET_SECONDS));
          }
          add(pushes.getLast(), bucket, values);
        });
    return pushes;
  }

  private static void add(MetricSets push, long bucket, List<RawSample> samples) {
    RawSample one = samples.getLast();
    Labels labels = Labels.of(one.wireTags());
    double[] values = samples.stream().mapToDouble(RawSample::value).toArray();
    switch (one.type()) {
      case COUNTER -> push.counter(one.metric(), labels, bucket, samples.stream().mapToDouble(RawSample::value).sum());
      case GAUGE -> push.gauge(one.metric(), labels, bucket, one.value());
      case RATE -> push.rate(one.metric(), labels, bucket,
          (int) samples.stream().filter(sample -> sample.value() != 0).count(), values.length);
      case TREND -> push.trend(one.metric(), labels, bucket, values);
    }
  }
}
