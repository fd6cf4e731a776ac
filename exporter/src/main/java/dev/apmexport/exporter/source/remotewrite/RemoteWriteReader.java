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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code WriteRequest}s of a run in order and turns cumulative series back into what was added from one
 * sample to the next. An increment belongs to the time of the sample that brings it, since nobody knows how it was
 * spread over the time before: so totals are right at every sample, and a window shorter than the push interval may hold
 * what belongs to the one before. Every load generator's series run on by themselves, and each counts against the run's
 * limit of input series, since each takes memory. Not for several threads.
 */
public final class RemoteWriteReader {
  /** What ends a series in Prometheus ({@code value.StaleNaN}); it is no sample. */
  private static final long END_MARK = 0x7ff0000000000002L;

  /** A k6 that is started anew during a run makes every series begin anew once. */
  private static final int MANY_RESTARTS = 3;

  private final SeriesTable table;
  private final Histogram histogram = new Histogram();
  private final Map<String, Map<ByteBuffer, SentSeries>> senders = new HashMap<>();
  private long size;
  private @Nullable String restarting;

  public RemoteWriteReader(SeriesTable table) {
    this.table = table;
  }

  /** A ratio that waits for the end of its request, since the counter beside it may come after it. */
  private record Ratio(SentSeries series, long bucket, long atMillis, double value, int from, int to) {}

  /** A reader that goes on from here by itself. */
  public RemoteWriteReader copy() {
    RemoteWriteReader copy = new RemoteWriteReader(table);
    senders.forEach((instance, known) -> {
      Map<ByteBuffer, SentSeries> series = HashMap.newHashMap(known.size());
      known.forEach((labels, one) -> series.put(labels, one.copy()));
      copy.senders.put(instance, series);
    });
    copy.size = size;
    copy.restarting = restarting;
    return copy;
  }

  /** A metric whose totals have fallen so often that several k6 seem to send it as one; null if there is none. */
  public @Nullable String restarting() {
    return restarting;
  }

  /**
   * Hands every sample to the visitor; those that break a rule are refused one by one.
   *
   * @param instance the load generator that sent it
   * @return how many series it says have ended
   */
  public int read(String instance, byte[] data, int length, TimeBounds bounds, SampleVisitor visitor)
      throws InvalidPush {
    Push push = new Push(senders.computeIfAbsent(instance, _ -> new HashMap<>()), instance, data, bounds, visitor);
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
    /** The sender's series by their labels' bytes. */
    private final Map<ByteBuffer, SentSeries> known;
    private final String instance;
    /** The request's own counters of requests by their labels. */
    private final Map<Labels, SentSeries> requests = new HashMap<>();
    private final List<Ratio> ratios = new ArrayList<>();
    private final byte[] data;
    private final TimeBounds bounds;
    private final SampleVisitor visitor;
    private int ended;

    Push(Map<ByteBuffer, SentSeries> known, String instance, byte[] data, TimeBounds bounds, SampleVisitor visitor) {
      this.known = known;
      this.instance = instance;
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
      refuse(series instanceof SentSeries sent ? take(sent, bucket, atMillis, value) : (Refusal) series, from, to,
          false);
    }

    private @Nullable Refusal take(SentSeries sent, long bucket, long atMillis, double value) {
      Refusal refusal = taken(sent, sent.take(bucket, atMillis, value, visitor));
      if (refusal == null && sent.countsRequests()) {
        requests.put(sent.labels(), sent);
      }
      return refusal;
    }

    private @Nullable Refusal take(SentSeries sent, long bucket, NativeHistogram now) {
      long others = size - sent.weight();
      if (now.weight() > sent.weight() && others + now.weight() > table.limit()) { return Refusal.TOO_MANY_SERIES; }
      Refusal refusal = taken(sent, sent.take(bucket, now, histogram, visitor));
      size = others + sent.weight();
      return refusal;
    }

    private @Nullable Refusal taken(SentSeries sent, @Nullable Refusal refusal) {
      if (sent.restarts() >= MANY_RESTARTS) {
        restarting = sent.metric();
      }
      return refusal;
    }

    private void histogram(NativeHistogram now, int from, int to) throws IOException {
      if (isEnd(now.sum())) { return; }
      long bucket = Math.floorDiv(now.atMillis(), 1000L);
      Refusal refusal = !Double.isFinite(now.sum()) ? Refusal.NOT_FINITE
          : now.isReadable() ? bounds.refusal(bucket) : Refusal.UNKNOWN_HISTOGRAM;
      Object series = refusal == null ? series(from, to, true) : refusal;
      Object taken = series instanceof SentSeries sent ? take(sent, bucket, now) : series;
      refuse(taken == Refusal.TOO_MANY_SERIES ? full(from, to) : (Refusal) taken, from, to, true);
    }

    void ratios() throws IOException {
      for (Ratio one : ratios) {
        SentSeries counter = requests.get(one.series.labels());
        refuse(one.series.take(one.bucket, one.atMillis, one.value, counter, visitor), one.from, one.to, false);
      }
    }

    private boolean isEnd(double value) {
      boolean end = Double.doubleToRawLongBits(value) == END_MARK;
      ended += end ? 1 : 0;
      return end;
    }

    private void refuse(@Nullable Refusal refusal, int from, int to, boolean isHistogram) throws IOException {
      if (refusal != null) {
        SentLabels labels = SentLabels.read(data, from, to);
        SentName name = SentName.of(labels.name(), isHistogram);
        visitor.refused(refusal, name.metric(), name.statistic(), labels.shown());
      }
    }

    /** The series with these labels, or why there is none. */
    private Object series(int from, int to, boolean isHistogram) throws IOException {
      SentSeries sent = known.get(ByteBuffer.wrap(data, from, to - from));
      if (sent != null) { return sent.isHistogram() == isHistogram ? sent : Refusal.CHANGED_TYPE; }
      SentLabels labels = SentLabels.read(data, from, to);
      if (labels.refusal() != null) { return labels.refusal(); }
      if (size >= table.limit()) { return full(from, to); }
      SentName name = SentName.of(labels.name(), isHistogram);
      if (table.typeOf(name.metric(), name.type()) != name.type()) { return Refusal.CHANGED_TYPE; }
      InputSeries series = table.intern(name.type(), name.metric(), labels.labels(), name.statistic());
      if (series == null) { return Refusal.TOO_MANY_SERIES; }
      SentSeries added = new SentSeries(series, labels.all(), name.unit());
      known.put(ByteBuffer.wrap(Arrays.copyOfRange(data, from, to)), added);
      size++;
      return added;
    }

    private Refusal full(int from, int to) {
      table.refuse(31L * ByteBuffer.wrap(data, from, to - from).hashCode() + instance.hashCode());
      return Refusal.TOO_MANY_SERIES;
    }
  }
}
