package dev.apmexport.exporter.reconcile;

import dev.apmexport.exporter.metric.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Refused points, gathered to one row for each series and reason. */
final class Refusals {
  private record Key(String series, String reason) {}

  private final Map<Key, ReconciliationReport.Refusal> rows = new LinkedHashMap<>();
  private long points;
  private String firstReason = "";

  void add(Series series, long atMillis, String reason) {
    firstReason = points++ == 0 ? reason : firstReason;
    Key key = new Key(series.toString(), reason);
    ReconciliationReport.Refusal row = rows.get(key);
    if (row != null) {
      rows.put(key, new ReconciliationReport.Refusal(row.series(), Math.min(row.fromMillis(), atMillis),
          Math.max(row.toMillis(), atMillis), row.points() + 1, reason));
    } else if (rows.size() < ReconciliationReport.MAX_REFUSALS) {
      rows.put(key, new ReconciliationReport.Refusal(key.series, atMillis, atMillis, 1, reason));
    }
  }

  long points() {
    return points;
  }

  String firstReason() {
    return firstReason;
  }

  List<ReconciliationReport.Refusal> rows() {
    return new ArrayList<>(rows.values());
  }
}
