package dev.apmexport.store.run;

import dev.apmexport.exporter.metric.InputSeries;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.store.tenant.TenantId;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.SequenceWriter;
import tools.jackson.databind.json.JsonMapper;

/** Which input series ended runs had, for telling what an apm list would make of the next run of the same name. */
public final class RunSeries {
  private static final JsonMapper JSON = JsonMapper.shared();
  /** Type and name come before the labels' names and values. */
  private static final int LABELS_FROM = 2;

  private final JdbcClient jdbc;

  public RunSeries(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** Keeps a run's series in the place of those kept before; a run without any keeps nothing. */
  public void put(long testRunId, List<InputSeries> series) {
    if (!series.isEmpty()) {
      jdbc.sql("insert into run_series (test_run_id, series) values (?, ?) "
          + "on conflict (test_run_id) do update set series = excluded.series").params(testRunId, packed(series))
          .update();
    }
  }

  /** The series of the tenant's newest run of a name, of those that have any. */
  public Optional<Kept> newest(TenantId tenant, String name) {
    String stored = TestRun.storable(name);
    return jdbc.sql("""
        select s.test_run_id, s.series from run_series s join test_run r on r.id = s.test_run_id
        where r.tenant_id = ? and md5(r.name) = md5(?) and r.name = ? order by r.id desc limit 1""")
        .params(tenant.value(), stored, stored).query((row, n) -> new Kept(row.getLong(1), row.getBytes(2))).optional();
  }

  /** Forgets the series of runs that ended longer ago. */
  public void deleteOlderThan(Duration age) {
    jdbc.sql("""
        delete from run_series where test_run_id in (
          select test_run_id from run_head where finished_at < now() - ? * interval '1 second')""")
        .param(age.toSeconds()).update();
  }

  /** A run's series, still packed since they may be a hundred thousand. */
  public static final class Kept {
    private final long testRunId;
    private final byte[] packed;

    Kept(long testRunId, byte[] packed) {
      this.testRunId = testRunId;
      this.packed = packed;
    }

    public long testRunId() {
      return testRunId;
    }

    public void forEach(Consumer<InputSeries> consumer) {
      try (BufferedReader lines = new BufferedReader(new InputStreamReader(
          new GZIPInputStream(new ByteArrayInputStream(packed)), StandardCharsets.UTF_8))) {
        int id = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          consumer.accept(series(id++, JSON.readValue(line, String[].class)));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static InputSeries series(int id, String[] line) {
    String[] type = line[0].split(":", 2);
    return new InputSeries(id, MetricType.valueOf(type[0]), line[1],
        Labels.of(Arrays.copyOfRange(line, LABELS_FROM, line.length)), type.length == 1 ? "" : type[1]);
  }

  private static byte[] packed(List<InputSeries> series) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (SequenceWriter lines = JSON.writer().withRootValueSeparator("\n").writeValues(new GZIPOutputStream(packed))) {
      series.forEach(one -> lines.write(line(one)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  /** The type, with the statistic behind it where the series is one. */
  private static String type(InputSeries series) {
    return series.type().name() + (series.statistic().isEmpty() ? "" : ":" + series.statistic());
  }

  private static List<String> line(InputSeries series) {
    List<String> line = new ArrayList<>(List.of(type(series), series.name()));
    Labels labels = series.labels();
    for (int i = 0; i < labels.size(); i++) {
      line.add(labels.name(i));
      line.add(labels.value(i));
    }
    return line;
  }
}
