package dev.apmexport.exporter.source.remotewrite;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.apmexport.exporter.metric.Histogram;
import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code WriteRequest}s of a run in order and turns cumulative series back into what was added from one
 * sample to the next. An increment belongs to the time of the sample that brings it, since nobody knows how it was
 * spread over the time before: so totals are right at every sample, and a window shorter than the push interval may hold
 * what belongs to the one before. Every load generator's series run on by themselves. Not for several threads.
 */
public final class RemoteWriteReader {
  /** What ends a series in Prometheus ({@code value.StaleNaN}); it is no sample. */
  private static final long END_MARK = 0x7ff0000000000002L;

  /** Generators send the same series, and reserved labels make one of several; so much memory that may take. */
  private static final long MOST_OF_LIMIT = 10;

  private final SeriesTable table;
  private final Histogram histogram = new Histogram();
  private final Map<String, Sender> senders = new HashMap<>();
  private long size;

  public RemoteWriteReader(SeriesTable table) {
    this.table = table;
  }

  /**
   * What one load generator has sent.
   *
   * @param known its series by their labels' bytes
   * @param requests its counters of requests by their labels
   */
  private record Sender(Map<ByteBuffer, SentSeries> known, Map<Labels, SentSeries> requests) {
    Sender() {
      this(new HashMap<>(), new HashMap<>());
    }

    Sender copy() {
      Sender copy = new Sender();
      Map<SentSeries, SentSeries> copies = new IdentityHashMap<>();
      known.forEach((labels, series) -> copy.known.put(labels, copies.computeIfAbsent(series, SentSeries::copy)));
      requests.forEach((labels, series) -> copy.requests.put(labels, copies.computeIfAbsent(series, SentSeries::copy)));
      return copy;
    }
  }

  /** A ratio that waits for the end of its request, since the counter beside it may come after it. */
  private record Ratio(SentSeries series, long bucket, long atMillis, double value, int from, int to) {}

  /** A reader that goes on from here by itself. */
  public RemoteWriteReader copy() {
    RemoteWriteReader copy = new RemoteWriteReader(table);
    senders.forEach((instance, sender) -> copy.senders.put(instance, sender.copy()));
    copy.size = size;
    return copy;
  }

  /**
   * Hands every sample to the visitor; those that break a rule are refused one by one.
   *
   * @param instance the load generator that sent it
   * @return how many series it says have ended
   */
  public int read(String instance, byte[] data, int length, TimeBounds bounds, SampleVisitor visitor)
      throws InvalidPush {
    Push push = new Push(senders.computeIfAbsent(instance, _ -> new Sender()), data, bounds, visitor);
    try {
      CodedInputStream in = CodedInputStream.newInstance(data, 0, length);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == 1) {
          int limit = in.pushLimit(in.readRawVarint32());
          push.timeSeries(in);
          in.popLimit(limit);
        } else {
          in.skipField(tag); // 3 is metadata, of which k6 sends none
        }
      }
      push.ratios();
      return push.ended;
    } catch (IOException e) {
      throw new InvalidPush("The body is not a protobuf prometheus.WriteRequest: " + e.getMessage(), e);
    }
  }

  /** One request at hand. */
  private final class Push {
    private final Sender sender;
    private final List<Ratio> ratios = new ArrayList<>();
    private final byte[] data;
    private final TimeBounds bounds;
    private final SampleVisitor visitor;
    private int ended;

    Push(Sender sender, byte[] data, TimeBounds bounds, SampleVisitor visitor) {
      this.sender = sender;
      this.data = data;
      this.bounds = bounds;
      this.visitor = visitor;
    }

    void timeSeries(CodedInputStream in) throws IOException, InvalidPush {
      int from = in.getTotalBytesRead();
      int to = from;
      boolean sampled = false;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> {
            if (sampled) { throw new InvalidPush("A label follows the samples of its series."); }
            in.skipRawBytes(in.readRawVarint32());
            to = in.getTotalBytesRead();
          }
          case 2 -> {
            sampled = true;
            int limit = in.pushLimit(in.readRawVarint32());
            sample(in, from, to);
            in.popLimit(limit);
          }
          case 4 -> {
            sampled = true;
            int limit = in.pushLimit(in.readRawVarint32());
            histogram(NativeHistogram.read(in), from, to);
            in.popLimit(limit);
          }
          default -> in.skipField(tag); // 3 are exemplars
        }
      }
    }

    private void sample(CodedInputStream in, int from, int to) throws IOException {
      double value = 0;
      long atMillis = 0;
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 1 -> value = in.readDouble();
          case 2 -> atMillis = in.readInt64();
          default -> in.skipField(tag);
        }
      }
      if (isEnd(value)) { return; }
      long bucket = Math.floorDiv(atMillis, 1000L);
      Refusal refusal = Double.isFinite(value) ? bounds.refusal(bucket) : Refusal.NOT_FINITE;
      Object series = refusal == null ? series(from, to, false) : refusal;
      if (series instanceof SentSeries sent && sent.isRate()) {
        ratios.add(new Ratio(sent, bucket, atMillis, value, from, to));
        return;
      }
      refuse(series instanceof SentSeries sent ? sent.take(bucket, atMillis, value, visitor) : (Refusal) series, from,
          to);
    }

    private void histogram(NativeHistogram now, int from, int to) throws IOException {
      if (isEnd(now.sum())) { return; }
      long bucket = Math.floorDiv(now.atMillis(), 1000L);
      Refusal refusal = !Double.isFinite(now.sum()) ? Refusal.NOT_FINITE
          : now.isReadable() ? bounds.refusal(bucket) : Refusal.UNKNOWN_HISTOGRAM;
      Object series = refusal == null ? series(from, to, true) : refusal;
      refuse(series instanceof SentSeries sent ? sent.take(bucket, now, histogram, visitor) : (Refusal) series, from,
          to);
    }

    void ratios() throws IOException {
      for (Ratio one : ratios) {
        SentSeries counter = sender.requests.get(one.series.labels());
        refuse(one.series.take(one.bucket, one.atMillis, one.value, counter, visitor), one.from, one.to);
      }
    }

    private boolean isEnd(double value) {
      boolean end = Double.doubleToRawLongBits(value) == END_MARK;
      ended += end ? 1 : 0;
      return end;
    }

    private void refuse(@Nullable Refusal refusal, int from, int to) throws IOException {
      if (refusal != null) {
        visitor.refused(refusal, SentLabels.read(data, from, to).shown(), 1);
      }
    }

    /** The series with these labels, or why there is none. */
    private Object series(int from, int to, boolean isHistogram) throws IOException {
      SentSeries sent = sender.known.get(ByteBuffer.wrap(data, from, to - from));
      if (sent != null) { return sent.isHistogram() == isHistogram ? sent : Refusal.CHANGED_TYPE; }
      SentLabels labels = SentLabels.read(data, from, to);
      if (labels.refusal() != null) { return labels.refusal(); }
      if (size >= MOST_OF_LIMIT * table.limit()) { return Refusal.TOO_MANY_SERIES; }
      SentName name = SentName.of(labels.name(), isHistogram);
      if (table.typeOf(name.metric(), name.type()) != name.type()) { return Refusal.CHANGED_TYPE; }
      InputSeries series = table.intern(name.type(), name.metric(), labels.labels(), name.statistic());
      if (series == null) { return Refusal.TOO_MANY_SERIES; }
      SentSeries added = new SentSeries(series, labels.all(), name.unit());
      if (name.countsRequests()) {
        sender.requests.put(labels.all(), added);
      }
      sender.known.put(ByteBuffer.wrap(Arrays.copyOfRange(data, from, to)), added);
      size++;
      return added;
    }
  }
}
