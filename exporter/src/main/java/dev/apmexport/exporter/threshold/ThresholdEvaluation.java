package dev.apmexport.exporter.threshold;

import dev.apmexport.exporter.metric.BuiltIn;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.PushReader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Decides a run's thresholds from its complete log, read once. Beside the run's series it holds one sum, last value or
 * histogram for each metric and submetric that is asked for. One thread.
 */
public final class ThresholdEvaluation implements SampleVisitor {
  private static final String VUS_MAX = "vus_max";

  private final List<Threshold> thresholds;
  private final ToIntFunction<LogRecord.Kind> silences;
  private final PushReader reader;
  private final RunDuration duration = new RunDuration();
  private final Map<String, MetricType> types = new HashMap<>();
  private final Map<String, Long> refused = new HashMap<>();
  /** Metrics of which a sender gives no samples but statistics. */
  private final Set<String> summarized = new HashSet<>();
  private final Tallies<CounterTally> counters;
  private final Tallies<GaugeTally> gauges;
  private final Tallies<RateTally> rates;
  private final Tallies<TrendTally> trends;
  private String generator = "";
  private int period;
  private int silence = -1;

  /**
   * An evaluation of a run.
   *
   * @param inputSeriesLimit the most series the run may have
   * @param silences seconds without a push after which a load generator's virtual users do not count any more, by what
   *   the run's first push is
   */
  public ThresholdEvaluation(List<Threshold> thresholds, int inputSeriesLimit, ToIntFunction<LogRecord.Kind> silences) {
    this.thresholds = thresholds;
    this.silences = silences;
    this.reader = new PushReader(new SeriesTable(inputSeriesLimit));
    Map<String, List<Submetric>> wanted = thresholds.stream().map(Threshold::parsed)
        .flatMap(Stream::ofNullable).map(Threshold.Parsed::of).distinct()
        .collect(Collectors.groupingBy(Submetric::metric));
    this.counters = new Tallies<>(wanted, _ -> new CounterTally());
    this.gauges = new Tallies<>(wanted, metric -> new GaugeTally(metric, silence));
    this.rates = new Tallies<>(wanted, _ -> new RateTally());
    this.trends = new Tallies<>(wanted, _ -> new TrendTally());
    wanted.keySet().forEach(metric -> refused.put(metric, 0L));
  }

  /** Takes the next record of the log. */
  public void add(LogRecord record) {
    if (record.kind() == LogRecord.Kind.FINISH) { return; }
    try {
      begin(record);
      reader.read(record, this);
    } catch (InvalidPush e) {
      throw new IllegalStateException(
          "Record " + record.seq() + " cannot be read although it was checked when it came.", e);
    }
  }

  private void begin(LogRecord record) throws InvalidPush {
    generator = record.instance();
    period = reader.period(record);
    silence = silence < 0 ? silences.applyAsInt(record.kind()) : silence;
    if (record.kind() == LogRecord.Kind.REMOTE_WRITE) {
      duration.pushed(generator, record.receivedAtMillis());
    }
  }

  @Override
  public void counter(InputSeries series, long bucket, double sum) {
    heard(series, bucket, true);
    counters.of(series).forEach(tally -> tally.add(sum));
  }

  @Override
  public void gauge(InputSeries series, long bucket, double last) {
    heard(series, bucket, last > 0 && !series.name().equals(VUS_MAX));
    gauges.of(series).forEach(tally -> tally.add(generator, bucket, period, last));
  }

  @Override
  public void rate(InputSeries series, long bucket, long nonzero, long total) {
    heard(series, bucket, true);
    rates.of(series).forEach(tally -> tally.add(nonzero, total));
  }

  @Override
  public void trend(InputSeries series, long bucket, Histogram values) {
    heard(series, bucket, true);
    trends.of(series).forEach(tally -> tally.add(values));
  }

  @Override
  public void refused(Refusal reason, String metric, int samples) {
    refused.computeIfPresent(metric, (_, before) -> before + samples);
  }

  @Override
  public void refused(Refusal reason, String metric, String statistic, String series) {
    refused(reason, metric, 1);
    if (!statistic.isEmpty()) {
      refused(reason, metric.substring(0, metric.length() - statistic.length() - 1), 1);
    }
  }

  private void heard(InputSeries series, long bucket, boolean active) {
    duration.heard(bucket, period, active);
    if (!series.statistic().isEmpty()) {
      summarized.add(series.metric());
    }
    types.putIfAbsent(series.name(), series.type());
  }

  /** What became of each threshold, by all records so far. */
  public List<ThresholdResult> results() {
    return thresholds.stream().map(this::result).toList();
  }

  private ThresholdResult result(Threshold threshold) {
    Threshold.Parsed parsed = threshold.parsed();
    if (parsed == null || threshold.fault() != null) { return ThresholdResult.before(threshold); }
    String metric = parsed.of().metric();
    MetricType seen = types.get(metric);
    MetricType type = seen == null ? BuiltIn.typeOf(metric) : seen;
    String misfit = type == null ? null : Threshold.misfit(parsed, type);
    if (misfit != null) { return ThresholdResult.invalid(threshold, misfit); }
    Tally tally = type == null ? null : tally(type, parsed.of());
    if (tally == null || tally.isEmpty()) {
      return new WithoutSamples(threshold, parsed, type, summarized.contains(metric), missing(metric)).result();
    }
    ThresholdExpression demand = parsed.demand();
    Measured measured = tally.measured(demand, duration);
    if (!Double.isFinite(measured.value())) {
      return ThresholdResult.unknown(threshold, "It comes to more than a number can hold.");
    }
    String unsure = unsure(metric, demand, measured);
    return ThresholdResult.of(threshold, demand.operator().holds(measured.value(), demand.value()), measured,
        unsure == null, unsure);
  }

  private @Nullable Tally tally(MetricType type, Submetric of) {
    return switch (type) {
      case COUNTER -> counters.find(of);
      case GAUGE -> gauges.find(of);
      case RATE -> rates.find(of);
      case TREND -> trends.find(of);
    };
  }

  /** What of the metric was refused, in a sentence; null if nothing was. */
  private @Nullable String missing(String metric) {
    long samples = refused.getOrDefault(metric, 0L);
    return samples == 0 ? null : samples + " samples of " + metric + " were refused and are not in it.";
  }

  /** Why k6 may have come to another result; null if it cannot. */
  private @Nullable String unsure(String metric, ThresholdExpression demand, Measured measured) {
    String missing = missing(metric);
    if (missing != null) { return missing; }
    return measured.decides(demand) ? null
        : "The limit is too close: k6's own value lies between " + measured.least() + " and " + measured.most() + ".";
  }
}
