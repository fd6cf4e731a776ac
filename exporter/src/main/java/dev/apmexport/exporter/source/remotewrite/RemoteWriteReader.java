package dev.apmexport.exporter.source.remotewrite;

import dev.apmexport.exporter.metric.SampleVisitor;
import dev.apmexport.exporter.metric.SeriesTable;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.TimeBounds;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the {@code WriteRequest}s of a run in order and turns cumulative series back into what was added from one
 * sample to the next. An increment belongs to the time of the sample that brings it, since nobody knows how it was
 * spread over the time before: so totals are right at every sample, and a window shorter than the push interval may hold
 * what belongs to the one before. Every load generator's series run on by themselves, and each counts against the run's
 * limit of input series, since each takes memory. Not for several threads.
 */
public final class RemoteWriteReader {
  private final KnownSeries known;

  public RemoteWriteReader(SeriesTable table) {
    this(new KnownSeries(table));
  }

  private RemoteWriteReader(KnownSeries known) {
    this.known = known;
  }

  /** A reader that goes on from here by itself. */
  public RemoteWriteReader copy() {
    return new RemoteWriteReader(known.copy());
  }

  /** A metric whose totals have fallen so often that several k6 seem to send it as one; null if there is none. */
  public @Nullable String restarting() {
    return known.restarting();
  }

  /**
   * Hands every sample to the visitor; those that break a rule are refused one by one.
   *
   * @param instance the load generator that sent it
   * @return how many series it says have ended
   */
  public int read(String instance, byte[] data, int length, TimeBounds bounds, SampleVisitor visitor)
      throws InvalidPush {
    try {
      return new WriteRequest(known.of(instance), data, bounds, visitor).read(length);
    } catch (IOException e) {
      throw new InvalidPush("The body is not a protobuf prometheus.WriteRequest: " + e.getMessage(), e);
    }
  }
}
