package dev.apmexport.store.replay;

import dev.apmexport.exporter.reconcile.ReconciliationReport;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The replay of one export.
 *
 * @param index of the run's export that it is about
 * @param exportId whose ledger is booked in: the run's export, or one of a replay's own
 * @param report what became of the points, or would; null before the end and where nothing was compared
 * @param survey what would be sent, of a dry run of everything
 * @param error why it failed
 */
public record ReplayPart(long id, long replayId, int index, long exportId, String provider, State state,
    ReplayProgress progress, @Nullable ReconciliationReport report, @Nullable ReplaySurvey survey,
    @Nullable String error, @Nullable Instant startedAt, @Nullable Instant endedAt) {
  private static final JsonMapper JSON = JsonMapper.shared();
  static final String COLUMNS = "p.id, p.replay_id, p.index, p.export_id, e.provider, p.state, p.progress, p.report, "
      + "p.survey, p.error, p.started_at, p.ended_at";

  /** Where it is; the later of two that have ended says more of their replay. */
  public enum State {
    QUEUED("queued"), RUNNING("running"), DONE("done"), GAVE_UP("gaveUp"), CANCELLED("cancelled"), FAILED("failed");

    private final String text;

    State(String text) {
      this.text = text;
    }

    public boolean isOver() {
      return compareTo(RUNNING) > 0;
    }

    static State of(String text) {
      return Arrays.stream(values()).filter(state -> state.text.equals(text)).findFirst().orElseThrow();
    }

    @Override
    public String toString() {
      return text;
    }
  }

  static ReplayPart of(ResultSet row, int number) throws SQLException {
    return new ReplayPart(row.getLong("id"), row.getLong("replay_id"), row.getInt("index"), row.getLong("export_id"),
        row.getString("provider"), State.of(row.getString("state")), progress(row.getString("progress")),
        read(row.getString("report"), ReconciliationReport.class), read(row.getString("survey"), ReplaySurvey.class),
        row.getString("error"), instant(row, "started_at"), instant(row, "ended_at"));
  }

  private static ReplayProgress progress(@Nullable String json) {
    return json == null ? ReplayProgress.NONE : JSON.readValue(json, ReplayProgress.class);
  }

  private static <T> @Nullable T read(@Nullable String json, Class<T> type) {
    return json == null ? null : JSON.readValue(json, type);
  }

  static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
