package dev.apmexport.standalone.demo;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.apmexport.exporter.source.k6.wire.CounterValue;
import dev.apmexport.exporter.source.k6.wire.Metric;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import dev.apmexport.exporter.source.k6.wire.TimeSeries;
import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Random;
import java.util.stream.IntStream;

/** Other ways in which a k6 could have sent the same, by chance but reproducibly. */
final class PushVariations {
  private static final int MOST_PARTS = 4;

  private final Random random;

  PushVariations(long seed) {
    this.random = new Random(seed);
  }

  /**
   * In another order, in which no bucket starts earlier than the latest end before it less the lateness.
   */
  List<MetricSet> shuffled(List<MetricSet> pushes, int bucketSeconds, int latenessSeconds) {
    List<MetricSet> waiting = new ArrayList<>(pushes);
    List<MetricSet> sent = new ArrayList<>();
    while (!waiting.isEmpty()) {
      long end = waiting.stream().mapToLong(push -> buckets(push).getMin()).min().orElseThrow() + latenessSeconds;
      List<MetricSet> may = waiting.stream().filter(push -> buckets(push).getMax() + bucketSeconds <= end).toList();
      MetricSet next = may.isEmpty() ? waiting.getFirst() : may.get(random.nextInt(may.size()));
      waiting.remove(next);
      sent.add(next);
    }
    return sent;
  }

  private static LongSummaryStatistics buckets(MetricSet push) {
    var buckets = new LongSummaryStatistics();
    BucketTimes.forEach(push, buckets);
    return buckets;
  }

  /** Every push in one to four parts, over which its values are spread; a counter's value may come in halves. */
  List<MetricSet> split(List<MetricSet> pushes) {
    return pushes.stream().flatMap(push -> parts(push).stream()).filter(part -> part.getMetricsCount() > 0).toList();
  }

  private List<MetricSet> parts(MetricSet push) {
    List<MetricSet.Builder> parts = IntStream.rangeClosed(0, random.nextInt(MOST_PARTS))
        .mapToObj(_ -> push.toBuilder().clearMetrics()).toList();
    for (Metric metric : push.getMetricsList()) {
      for (TimeSeries series : metric.getTimeSeriesList()) {
        for (TimeSeries single : single(series)) {
          parts.get(random.nextInt(parts.size()))
              .addMetrics(metric.toBuilder().clearTimeSeries().addTimeSeries(single));
        }
      }
    }
    return parts.stream().map(MetricSet.Builder::build).toList();
  }

  /** The series once for each of its values. */
  private List<TimeSeries> single(TimeSeries series) {
    FieldDescriptor kind = series.getOneofFieldDescriptor(
        TimeSeries.getDescriptor().getOneofs().getFirst());
    var samples = (Message) series.getField(kind);
    FieldDescriptor values = samples.getDescriptorForType().findFieldByName("values");
    List<TimeSeries> single = new ArrayList<>();
    for (Object value : (List<?>) samples.getField(values)) {
      for (Message piece : pieces((Message) value)) {
        Message one = samples.toBuilder().clearField(values).addRepeatedField(values, piece).build();
        single.add(series.toBuilder().setField(kind, one).build());
      }
    }
    return single;
  }

  private List<Message> pieces(Message value) {
    if (!(value instanceof CounterValue sum) || random.nextBoolean()) { return List.of(value); }
    CounterValue half = sum.toBuilder().setValue(sum.getValue() / 2).build();
    return List.of(half, half);
  }
}
