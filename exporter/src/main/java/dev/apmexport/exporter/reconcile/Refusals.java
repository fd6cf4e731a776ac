package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.reconcile.ReconciliationReport.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Refused points, gathered to one row for each series and kind of reason. */
final class Refusals {
  private record Key(String series, String reason) {}

  private final Map<Key, Refusal> rows = new LinkedHashMap<>();
  private long points;
  private String firstReason = "";

  void add(Series series, long atMillis, String reason) {
    add(series, atMillis, reason, "");
  }

  /** @param words what follows the reason, of which a row keeps the first: they may name the very sample */
  void add(Series series, long atMillis, String reason, String words) {
    firstReason = points++ == 0 ? reason + words : firstReason;
    Key key = new Key(series.toString(), reason);
    Refusal row = rows.get(key);
    if (row != null) {
      rows.put(key, new Refusal(row.series(), Math.min(row.fromMillis(), atMillis),
          Math.max(row.toMillis(), atMillis), row.points() + 1,
          row.reason().equals(reason) ? reason + words : row.reason()));
    } else if (rows.size() < ReconciliationReport.MAX_REFUSALS) {
      rows.put(key, new Refusal(key.series, atMillis, atMillis, 1, reason + words));
    }
  }

  /** These, and then others. */
  Refusals and(Refusals more) {
    Refusals both = new Refusals();
    both.take(this);
    both.take(more);
    return both;
  }

  private void take(Refusals more) {
    firstReason = points == 0 ? more.firstReason : firstReason;
    points += more.points;
    more.rows.forEach((key, row) -> {
      if (rows.size() < ReconciliationReport.MAX_REFUSALS) {
        rows.putIfAbsent(key, row);
      }
    });
  }

  long points() {
    return points;
  }

  String firstReason() {
    return firstReason;
  }

  List<Refusal> rows() {
    return new ArrayList<>(rows.values());
  }
}
