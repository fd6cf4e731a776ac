package dev.apmexport.api.run;

import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.exporter.source.json.JsonLinesCutter;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.run.TestRun;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.xerial.snappy.Snappy;

/** Takes k6's JSON lines, of any length, one record of the log at a time. */
final class SamplesUpload {
  private static final String LINES_KEPT = "linesKept";
  private static final Duration KEY_STANDS = Duration.ofHours(24);

  private final Intake intake;
  private final TestRun run;
  private final String instance;
  private final String key;
  private long records;
  private long samples;
  private long repeated;
  private long linesKept;

  /**
   * @param instance the load generator whose samples they are; empty for the only one
   * @param key the same for every try of the same upload; without one a repeated upload counts twice
   */
  SamplesUpload(Intake intake, TestRun run, String instance, @Nullable String key) {
    this.intake = intake;
    this.run = run;
    this.instance = instance;
    this.key = key == null ? UUID.randomUUID().toString() : key;
  }

  /**
   * What was stored.
   *
   * @param records new records of the log
   * @param repeated records that an earlier try had brought already
   */
  record Stored(long lines, long samples, long records, long repeated) {}

  Stored take(InputStream body) {
    try {
      JsonLinesCutter cutter = new JsonLinesCutter(plain(body));
      for (JsonLinesCutter.Chunk chunk = cutter.next(); chunk != null; chunk = cutter.next()) {
        store(chunk);
      }
      return new Stored(cutter.lines(), samples, records, repeated);
    } catch (Refused e) {
      String next = e.status().is5xxServerError() ? kept() : stored(); // else the run takes no more
      throw e.with(next, Map.of(LINES_KEPT, linesKept));
    } catch (InvalidPush e) {
      throw broken(e.getMessage() + " " + kept());
    } catch (IOException e) {
      throw broken("The upload broke off: " + e.getMessage() + ". " + kept());
    }
  }

  private void store(JsonLinesCutter.Chunk chunk) throws IOException {
    MetricLog.Entry entry = new MetricLog.Entry(Kind.JSON_LINES, instance, key + "#" + (records + repeated),
        KEY_STANDS, chunk.firstBucket(), chunk.lastBucket(), Snappy.compress(chunk.bytes()));
    if (intake.append(run, entry)) {
      records++;
    } else {
      repeated++;
    }
    samples += chunk.samples();
    linesKept = chunk.lastLine();
  }

  private String stored() {
    return "The first " + linesKept + " lines are stored.";
  }

  private String kept() {
    return stored() + " Send the whole upload again with the same Idempotency-Key, "
        + "or what follows line " + linesKept + " if you sent none.";
  }

  private Refused broken(String sentence) {
    return new Refused(HttpStatus.BAD_REQUEST, sentence, Map.of(LINES_KEPT, linesKept));
  }

  /** The lines, unpacked where they begin like gzip, whatever the headers say. */
  private static InputStream plain(InputStream body) throws IOException {
    BufferedInputStream in = new BufferedInputStream(body);
    in.mark(2);
    boolean gzip = in.read() == 0x1F && in.read() == 0x8B;
    in.reset();
    return gzip ? new GZIPInputStream(in, 64 << 10) : in;
  }
}
