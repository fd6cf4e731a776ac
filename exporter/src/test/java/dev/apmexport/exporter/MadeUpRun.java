package dev.apmexport.exporter;

import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.source.k6.MetricSets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** A load test made up at random: what its generators measure, and the pushes in which that reaches the log. */
public final class MadeUpRun {
  /** A multiple of all windows from 1 to 10 s. */
  public static final long START = 2_520L * 674_603;
  private static final String[] URLS = {"/", "/cart", "/pay"};
  private static final String[] STATUSES = {"200", "200", "200", "500"};

  /**
   * What one generator measured of one series in one bucket.
   *
   * @param values increments of a counter, the last value of a gauge, zeros and ones of a rate, values of a trend
   */
  public record Sample(int generator, MetricType type, String metric, Labels labels, long bucket, double... values) {
    public double sum() {
      return Arrays.stream(values).sum();
    }

    /** The values cut in two, as if the bucket had been sent in pieces. */
    List<Sample> halves() {
      int middle = values.length / 2;
      return List.of(new Sample(generator, type, metric, labels, bucket, Arrays.copyOfRange(values, 0, middle)),
          new Sample(generator, type, metric, labels, bucket, Arrays.copyOfRange(values, middle, values.length)));
    }
  }

  public record Push(long second, int generator, List<Sample> samples) {
    public byte[] payload(int period) {
      return payload("42", period);
    }

    public byte[] payload(String testRunId, int period) {
      MetricSets push = new MetricSets(testRunId, period);
      for (Sample sample : samples) {
        switch (sample.type) {
          case COUNTER -> push.counter(sample.metric, sample.labels, sample.bucket, sample.sum());
          case GAUGE -> push.gauge(sample.metric, sample.labels, sample.bucket, sample.values[0]);
          case RATE -> push.rate(sample.metric, sample.labels, sample.bucket, (int) sample.sum(), sample.values.length);
          case TREND -> push.trend(sample.metric, sample.labels, sample.bucket, sample.values);
        }
      }
      return push.packed();
    }
  }

  final int period;
  final int generators;
  final int seconds;
  final List<Sample> samples = new ArrayList<>();
  private final Random random;

  MadeUpRun(Random random, int period, int generators, int seconds) {
    this(random, START, period, generators, seconds);
  }

  /** @param start the run's first second, a multiple of the period */
  public MadeUpRun(Random random, long start, int period, int generators, int seconds) {
    this.random = random;
    this.period = period;
    this.generators = generators;
    this.seconds = seconds;
    for (int generator = 0; generator < generators; generator++) {
      int from = generator == 0 ? 0 : random.nextInt(seconds / 2);
      int pause = generator == 2 ? seconds / 3 : seconds;
      for (int second = from; second < seconds; second++) {
        if (second < pause || second > pause + 25) {
          measure(generator, start + second);
        }
      }
    }
  }

  /** Seconds per bucket. */
  public int period() {
    return period;
  }

  /** How long it lasts. */
  public int seconds() {
    return seconds;
  }

  private void measure(int generator, long second) {
    long bucket = Math.floorDiv(second, (long) period) * period;
    if (second == bucket) {
      samples.add(new Sample(generator, MetricType.GAUGE, "vus", Labels.NONE, bucket, random.nextInt(10)));
      samples
          .add(new Sample(generator, MetricType.GAUGE, "queue_length", Labels.NONE, bucket, random.nextInt(100) - 50));
    }
    for (int request = random.nextInt(4); request > 0; request--) {
      Labels labels = Labels.of("url", URLS[random.nextInt(3)], "status", STATUSES[random.nextInt(4)], "group", "");
      samples.add(new Sample(generator, MetricType.COUNTER, "http_reqs", labels, bucket, 1, 1));
      samples.add(new Sample(generator, MetricType.TREND, "http_req_duration", labels, bucket, durations()));
      samples.add(new Sample(generator, MetricType.COUNTER, "data_sent", labels, bucket, random.nextDouble() * 1000));
    }
    if (random.nextInt(3) == 0) {
      samples.add(new Sample(generator, MetricType.RATE, "checks", Labels.of("check", "is fine"), bucket,
          random.nextInt(2), 1, random.nextInt(2)));
    }
  }

  private double[] durations() {
    return random.doubles(1 + random.nextInt(4), 3, 8).map(Math::exp).toArray();
  }

  /**
   * The pushes, in the order of their arrival: every bucket a while after its end, its series in any order and cut into
   * several pushes, some of them a second later; of very late samples, this share of all, each in a push of its own.
   */
  public List<Push> pushes(double lateShare) {
    TreeMap<Long, List<Sample>> due = new TreeMap<>();
    List<Push> pushes = new ArrayList<>();
    for (Sample sample : samples) {
      if (random.nextDouble() < lateShare) {
        pushes.add(new Push(sample.bucket + 2L * period + 3 + random.nextInt(25), sample.generator, List.of(sample)));
      } else {
        due.computeIfAbsent(sample.bucket * generators + sample.generator, _ -> new ArrayList<>()).add(sample);
      }
    }
    due.values().forEach(bucket -> cut(bucket, pushes));
    Collections.shuffle(pushes, random);
    pushes.sort(Comparator.comparingLong(Push::second));
    return pushes;
  }

  private void cut(List<Sample> bucket, List<Push> pushes) {
    List<Sample> all = new ArrayList<>();
    for (Sample sample : bucket) {
      all.addAll(sample.values.length > 1 && random.nextInt(4) == 0 ? sample.halves() : List.of(sample));
    }
    Collections.shuffle(all, random);
    long second = bucket.getFirst().bucket + 2L * period + 1;
    for (int from = 0; from < all.size();) {
      int to = Math.min(all.size(), from + 1 + random.nextInt(all.size()));
      pushes.add(new Push(second + random.nextInt(2), bucket.getFirst().generator, all.subList(from, to)));
      from = to;
    }
  }
}
