package dev.apmexport.exporter.source.remotewrite;

import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run's load generators have sent so far. The series of each run on by themselves, and each counts against the
 * run's limit of input series, a histogram's for as many as its buckets take memory.
 */
final class KnownSeries {
  /** A k6 that is started anew during a run makes every series begin anew once. */
  private static final int MANY_RESTARTS = 3;

  private final SeriesTable table;
  private final Histogram histogram = new Histogram();
  private final Map<String, Sender> senders = new HashMap<>();
  private long size;
  private @Nullable String restarting;

  KnownSeries(SeriesTable table) {
    this.table = table;
  }

  /** The same, going on from here by itself. */
  KnownSeries copy() {
    KnownSeries copy = new KnownSeries(table);
    senders.forEach((instance, sender) -> copy.senders.put(instance, sender.copy(copy)));
    copy.size = size;
    copy.restarting = restarting;
    return copy;
  }

  /** A metric whose totals have fallen so often that several k6 seem to send it as one; null if there is none. */
  @Nullable
  String restarting() {
    return restarting;
  }

  Sender of(String instance) {
    return senders.computeIfAbsent(instance, name -> new Sender(name, this));
  }

  /** What is found by a series' labels: the series, or why there is none. */
  sealed interface Found permits SentSeries, NotTaken {}

  record NotTaken(Refusal reason) implements Found {}

  /** One load generator's series, by the bytes of their labels. */
  static final class Sender {
    private final String instance;
    private final KnownSeries all;
    private final Map<ByteBuffer, SentSeries> series = new HashMap<>();

    private Sender(String instance, KnownSeries all) {
      this.instance = instance;
      this.all = all;
    }

    private Sender copy(KnownSeries all) {
      Sender copy = new Sender(instance, all);
      series.forEach((labels, one) -> copy.series.put(labels, one.copy()));
      return copy;
    }

    /** @param labels of the series as they stand in the request, which may be used for something else afterwards */
    Found find(ByteBuffer labels, boolean isHistogram) throws IOException {
      SentSeries known = series.get(labels);
      if (known == null) { return add(labels, isHistogram); }
      return known.isHistogram() == isHistogram ? known : new NotTaken(Refusal.CHANGED_TYPE);
    }

    private Found add(ByteBuffer bytes, boolean isHistogram) throws IOException {
      SentLabels labels = SentLabels.read(bytes);
      if (labels.refusal() != null) { return new NotTaken(labels.refusal()); }
      if (all.size >= all.table.limit()) { return new NotTaken(full(bytes)); }
      SentName name = SentName.of(labels.name(), isHistogram);
      if (all.table.typeOf(name.metric(), name.type()) != name.type()) { return new NotTaken(Refusal.CHANGED_TYPE); }
      InputSeries input = all.table.intern(name.type(), name.metric(), labels.labels(), name.statistic());
      if (input == null) { return new NotTaken(Refusal.TOO_MANY_SERIES); }
      SentSeries added = new SentSeries(input, labels.all(), name.unit());
      series.put(kept(bytes), added);
      all.size++;
      return added;
    }

    private static ByteBuffer kept(ByteBuffer bytes) {
      int from = bytes.arrayOffset() + bytes.position();
      return ByteBuffer.wrap(Arrays.copyOfRange(bytes.array(), from, from + bytes.remaining()));
    }

    private Refusal full(ByteBuffer labels) {
      all.table.refuse(31L * labels.hashCode() + instance.hashCode());
      return Refusal.TOO_MANY_SERIES;
    }

    /** Takes a value of a series found here; returns why it is refused, or null. */
    @Nullable
    Refusal take(SentSeries sent, long bucket, long atMillis, double value, SampleVisitor visitor) {
      Refusal refusal = sent.take(bucket, atMillis, value, visitor);
      all.watch(sent);
      return refusal;
    }

    /** The same of a native histogram. */
    @Nullable
    Refusal take(SentSeries sent, ByteBuffer labels, long bucket, NativeHistogram now, SampleVisitor visitor) {
      long others = all.size - sent.weight();
      if (now.weight() > sent.weight() && others + now.weight() > all.table.limit()) { return full(labels); }
      Refusal refusal = sent.take(bucket, now, all.histogram, visitor);
      all.size = others + sent.weight();
      all.watch(sent);
      return refusal;
    }
  }

  private void watch(SentSeries sent) {
    if (sent.restarts() >= MANY_RESTARTS) {
      restarting = sent.metric();
    }
  }
}
