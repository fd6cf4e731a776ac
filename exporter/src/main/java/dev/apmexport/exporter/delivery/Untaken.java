package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.delivery.Transmission.Refused;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the destination did not take of one lane's steps: it is noted, and tells what is not to be sent. */
final class Untaken {
  /** Where a series is not left out for good, a destination may refuse many points one by one, for hours. */
  private static final int MOST_NOTED = 32;

  private final LedgerState booked;
  private final Delivery.Means means;
  private final int shards;
  /** By pass: a lane may finish what an earlier one began. */
  private final Map<Integer, Quarantine> quarantines = new HashMap<>();

  Untaken(LedgerState booked, Delivery.Means means, int shards) {
    this.booked = booked;
    this.means = means;
    this.shards = shards;
  }

  private Quarantine quarantine(Step step) {
    return quarantines.computeIfAbsent(step.pass(),
        pass -> new Quarantine(pass, means, booked.newest(Booking.FIRST_PASS, step.shard())));
  }

  /** The points without those of series the destination refused before. */
  Batch wanted(Step step) {
    Batch batch = step.batch();
    Quarantine quarantine = quarantine(step);
    return batch.where(i -> !quarantine.holds(batch.series()[i], batch.atMillis())
        && booked.rejection(step.pass(), batch.series()[i].key(), batch.atMillis()).isEmpty());
  }

  /** See {@link Quarantine#isOnTrial}. */
  boolean isOnTrial(Step step, Batch wanted) {
    return quarantine(step).isOnTrial(wanted);
  }

  /** Notes what became of the points of a step that were sent; returns how many were not taken. */
  int note(Step step, Batch sent, List<Refused> refused) {
    quarantine(step).took(without(refused, sent));
    List<Rejection> rejections = new ArrayList<>();
    for (Refused part : refused) {
      for (Series series : part.points().series()) {
        rejections.add(quarantine(step).take(series, part));
      }
    }
    if (means.quarantines() || rejections.size() <= MOST_NOTED) {
      rejections.forEach(means.ledger()::reject);
    } else {
      noteAll(step, rejections.getFirst().reason());
    }
    return rejections.size();
  }

  private static Batch without(List<Refused> refused, Batch batch) {
    if (refused.isEmpty()) { return batch; }
    Set<Series> lost = new HashSet<>();
    refused.forEach(part -> lost.addAll(Arrays.asList(part.points().series())));
    return batch.where(i -> !lost.contains(batch.series()[i]));
  }

  /** Notes that a step is left out as a whole. */
  void noteAll(Step step, String reason) {
    means.ledger().reject(Rejection.ofTime(step.pass(), step.shard(), shards, step.batch().atMillis(), reason));
  }
}
