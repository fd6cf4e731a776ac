package dev.apmexport.store.ledger;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.ledger.Booking;
import dev.apmexport.exporter.ledger.Ledger;
import dev.apmexport.exporter.ledger.LedgerState;
import dev.apmexport.exporter.ledger.Rejection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The ledger of one export, held by this process since it raised the epoch. */
public final class PostgresLedger implements Ledger {
  private static final long NOBODYS_EPOCH = -1;

  private final JdbcClient jdbc;
  private final LedgerWriter writer;
  private final long exportId;
  private final long epoch;

  private PostgresLedger(JdbcClient jdbc, LedgerWriter writer, long exportId, long epoch) {
    this.jdbc = jdbc;
    this.writer = writer;
    this.exportId = exportId;
    this.epoch = epoch;
  }

  /** Takes the export over; whoever held it before can book nothing more. */
  public static PostgresLedger takeOver(JdbcClient jdbc, LedgerWriter writer, long exportId) {
    long epoch = jdbc.sql("""
        insert into export_epoch (export_id, epoch) values (?, 1)
        on conflict (export_id) do update set epoch = export_epoch.epoch + 1 returning epoch""")
        .param(exportId).query(Long.class).single();
    return new PostgresLedger(jdbc, writer, exportId, epoch);
  }

  /** Looks at the ledger and takes nothing over; whatever would be booked is refused as from one who was overtaken. */
  public static PostgresLedger reading(JdbcClient jdbc, LedgerWriter writer, long exportId) {
    return new PostgresLedger(jdbc, writer, exportId, NOBODYS_EPOCH);
  }

  /** The epoch in which an export is held. */
  public static long epochOf(Export export) {
    return ((PostgresLedger) export.ledger()).epoch;
  }

  @Override
  public LedgerState load() {
    LedgerState state = loadRejections();
    Amendments amendments = new Amendments();
    try (Stream<Booking> bookings = jdbc.sql("""
        select pass, shard, step, at_millis, fingerprint, points, amendments from ledger_step where export_id = ?""")
        .param(exportId).query((row, n) -> booking(row, amendments)).stream()) {
      bookings.forEach(state::booked);
    }
    jdbc.sql("select pass, shard, settled from ledger_shard where export_id = ?").param(exportId).query(row -> {
      state.settled(row.getInt("pass"), row.getInt("shard"), row.getLong("settled"));
    });
    return state;
  }

  @Override
  public LedgerState loadRejections() {
    LedgerState state = new LedgerState();
    jdbc.sql("""
        select pass, series_key, series, from_millis, to_millis, reason from ledger_rejection where export_id = ?""")
        .param(exportId)
        .query((row, n) -> new Rejection(row.getInt("pass"), row.getLong("series_key"), row.getString("series"),
            row.getLong("from_millis"), row.getLong("to_millis"), row.getString("reason")))
        .list().forEach(state::rejected);
    jdbc.sql("select pass, shard, step, doubtful_at from ledger_step where export_id = ? and doubtful_at is not null")
        .param(exportId)
        .query(row -> {
          state.doubtful(row.getInt("pass"), row.getInt("shard"), row.getLong("step"), row.getLong("doubtful_at"));
        });
    return state;
  }

  private static Booking booking(ResultSet row, Amendments amendments) throws SQLException {
    long at = row.getLong("at_millis");
    return new Booking(row.getInt("pass"), row.getInt("shard"), row.getLong("step"), at, row.getLong("fingerprint"),
        row.getInt("points"), amendments.decode(row.getBytes("amendments"), at));
  }

  @Override
  public void book(Booking booking) {
    writer.write(exportId, epoch, """
        insert into ledger_step (export_id, pass, shard, step, at_millis, fingerprint, points, amendments)
        values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing""", exportId, booking.pass(), booking.shard(),
        booking.step(),
        booking.atMillis(), booking.fingerprint(), booking.points(), Amendments.encode(booking.amendments()));
  }

  @Override
  public void settle(int pass, int shard, long step) {
    writer.write(exportId, epoch,
        """
        insert into ledger_shard (export_id, pass, shard, settled) values (?, ?, ?, ?)
        on conflict (export_id, pass, shard) do update set settled = greatest(ledger_shard.settled, excluded.settled)""",
        exportId, pass, shard, step);
  }

  @Override
  public void doubtful(int pass, int shard, long step, long atMillis) {
    writer.write(exportId, epoch, """
        update ledger_step set doubtful_at = greatest(doubtful_at, ?)
        where export_id = ? and pass = ? and shard = ? and step = ?""", atMillis, exportId, pass, shard, step);
  }

  @Override
  public void reject(Rejection rejection) {
    writer.write(exportId, epoch, """
        insert into ledger_rejection (export_id, pass, series_key, series, from_millis, to_millis, reason)
        values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing""", exportId, rejection.pass(), rejection.seriesKey(),
        storable(rejection.series()), rejection.fromMillis(), rejection.toMillis(), storable(rejection.reason()));
  }

  /** A label or a destination's answer may hold U+0000; PostgreSQL's text may not. */
  private static String storable(String text) {
    return text.replace('\0', '\uFFFD');
  }
}
