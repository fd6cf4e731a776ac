package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.metric.Point;
import dev.apmexport.exporter.sink.Batch;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One batch in its place: the unit of order, booking and acknowledgement. {@code number} counts from 0 within a pass
 * and shard.
 */
public record Step(int pass, int shard, long number, Batch batch) {

  Booking booking() {
    List<Point> amendments = pass == Booking.FIRST_PASS ? List.of()
        : IntStream.range(0, batch.size()).mapToObj(batch::point).toList();
    return new Booking(pass, shard, number, batch.atMillis(), fingerprint(), batch.size(), amendments);
  }

  /** See {@link Booking#fingerprint()}. */
  public long fingerprint() {
    long sum = 0;
    for (int i = 0; i < batch.size(); i++) {
      sum += Booking.fingerprint(batch.series()[i].key(), batch.atMillis(), batch.values()[i]);
    }
    return sum;
  }
}
