package dev.apmexport.exporter.source.remotewrite;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.Refusal;
import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request at hand, of one load generator. Used once. */
final class WriteRequest {
  /** What ends a series in Prometheus ({@code value.StaleNaN}); it is no sample. */
  private static final long END_MARK = 0x7ff0000000000002L;

  private final KnownSeries.Sender sender;
  private final byte[] data;
  private final TimeBounds bounds;
  private final SampleVisitor visitor;
  /** The request's own counters of requests by their labels. */
  private final Map<Labels, SentSeries> requests = new HashMap<>();
  private final List<Ratio> ratios = new ArrayList<>();
  private int ended;

  WriteRequest(KnownSeries.Sender sender, byte[] data, TimeBounds bounds, SampleVisitor visitor) {
    this.sender = sender;
    this.data = data;
    this.bounds = bounds;
    this.visitor = visitor;
  }

  /** A ratio that waits for the end of its request, since the counter beside it may come after it. */
  private record Ratio(SentSeries series, ByteBuffer labels, long bucket, long atMillis, double value) {}

  /** Reads it whole; returns how many series it says have ended. */
  int read(int length) throws IOException, InvalidPush {
    CodedInputStream in = CodedInputStream.newInstance(data, 0, length);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        int limit = in.pushLimit(in.readRawVarint32());
        timeSeries(in);
        in.popLimit(limit);
      } else {
        in.skipField(tag); // 3 is metadata, of which k6 sends none
      }
    }
    for (Ratio one : ratios) {
      SentSeries counter = requests.get(one.series.labels());
      refuse(one.series.take(one.bucket, one.atMillis, one.value, counter, visitor), one.labels, false);
    }
    return ended;
  }

  private void timeSeries(CodedInputStream in) throws IOException, InvalidPush {
    int from = in.getTotalBytesRead();
    int to = from;
    boolean sampled = false;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int field = WireFormat.getTagFieldNumber(tag);
      switch (field) {
        case 1 -> {
          if (sampled) { throw new InvalidPush("A label follows the samples of its series."); }
          in.skipRawBytes(in.readRawVarint32());
          to = in.getTotalBytesRead();
        }
        case 2, 4 -> {
          sampled = true;
          ByteBuffer labels = ByteBuffer.wrap(data, from, to - from);
          int limit = in.pushLimit(in.readRawVarint32());
          if (field == 2) {
            sample(in, labels);
          } else {
            histogram(NativeHistogram.read(in), labels);
          }
          in.popLimit(limit);
        }
        default -> in.skipField(tag); // 3 are exemplars
      }
    }
  }

  private void sample(CodedInputStream in, ByteBuffer labels) throws IOException {
    double value = 0;
    long atMillis = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> value = in.readDouble();
        case 2 -> atMillis = in.readInt64();
        default -> in.skipField(tag);
      }
    }
    if (!isEnd(value)) {
      refuse(sample(labels, atMillis, value), labels, false);
    }
  }

  private @Nullable Refusal sample(ByteBuffer labels, long atMillis, double value) throws IOException {
    long bucket = Math.floorDiv(atMillis, 1000L);
    Refusal refusal = Double.isFinite(value) ? bounds.refusal(bucket) : Refusal.NOT_FINITE;
    if (refusal != null) { return refusal; }
    return switch (sender.find(labels, false)) {
      case KnownSeries.NotTaken none -> none.reason();
      case SentSeries sent when sent.isRate() -> {
        ratios.add(new Ratio(sent, labels, bucket, atMillis, value));
        yield null;
      }
      case SentSeries sent -> take(sent, bucket, atMillis, value);
    };
  }

  private @Nullable Refusal take(SentSeries sent, long bucket, long atMillis, double value) {
    Refusal refusal = sender.take(sent, bucket, atMillis, value, visitor);
    if (refusal == null && sent.countsRequests()) {
      requests.put(sent.labels(), sent);
    }
    return refusal;
  }

  private void histogram(NativeHistogram now, ByteBuffer labels) throws IOException {
    if (!isEnd(now.sum())) {
      refuse(histogram(labels, now), labels, true);
    }
  }

  private @Nullable Refusal histogram(ByteBuffer labels, NativeHistogram now) throws IOException {
    long bucket = Math.floorDiv(now.atMillis(), 1000L);
    Refusal refusal = !Double.isFinite(now.sum()) ? Refusal.NOT_FINITE
        : now.isReadable() ? bounds.refusal(bucket) : Refusal.UNKNOWN_HISTOGRAM;
    if (refusal != null) { return refusal; }
    return switch (sender.find(labels, true)) {
      case KnownSeries.NotTaken none -> none.reason();
      case SentSeries sent -> sender.take(sent, labels, bucket, now, visitor);
    };
  }

  private boolean isEnd(double value) {
    boolean end = Double.doubleToRawLongBits(value) == END_MARK;
    ended += end ? 1 : 0;
    return end;
  }

  private void refuse(@Nullable Refusal refusal, ByteBuffer bytes, boolean isHistogram) throws IOException {
    if (refusal != null) {
      SentLabels labels = SentLabels.read(bytes);
      SentName name = SentName.of(labels.name(), isHistogram);
      visitor.refused(refusal, name.metric(), name.statistic(), labels.shown());
    }
  }
}
