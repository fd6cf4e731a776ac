package dev.apmexport.api.run;

import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.source.InvalidPush;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.store.log.MetricLog;
import dev.apmexport.store.log.MetricLog.Appended;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import dev.apmexport.store.run.TestRunRepository;
import dev.apmexport.store.tenant.ApiToken;
import dev.apmexport.store.work.Work;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.json.JsonMapper;

/** The one way into the metric log, whichever door a push comes through. A push is answered after it is durable. */
public final class Intake {
  private static final int MAX_PUSH = 4 << 20;
  private static final int MAX_KEY = 200;
  /** k6's run_status of a run that was aborted because it passed a limit. */
  private static final int LIMIT_ABORT = 9;
  private static final Duration KEY_STANDS = Duration.ofHours(24);
  private static final Duration BODY_STANDS = Duration.ofMinutes(5);

  private final TestRunRepository runs;
  private final RunStates states;
  private final MetricLog log;
  private final Work work;
  private final DatabasePatience patience;

  public Intake(TestRunRepository runs, RunStates states, MetricLog log, Work work, DatabasePatience patience) {
    this.runs = runs;
    this.states = states;
    this.log = log;
    this.work = work;
    this.patience = patience;
  }

  /** The caller's run of this id; anybody else's is not found. */
  public TestRun find(Caller caller, String id) {
    return patience.call(0, () -> number(id) < 0 ? Optional.<TestRun>empty()
        : runs.findByIdAndTenantId(number(id), caller.tenant().value()))
        .filter(run -> caller.maySee(run.id())).orElseThrow(() -> Refused.notFound("There is no test run " + id + "."));
  }

  /** An id's number; -1, which no run has, where it is none. */
  public static long number(String id) {
    try {
      return Long.parseLong(id);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** A sender's own key for a request; long ones would not fit the database's index. */
  public static @Nullable String checked(@Nullable String key) {
    if (key != null && key.length() > MAX_KEY) {
      throw new Refused(HttpStatus.BAD_REQUEST, "The Idempotency-Key is longer than " + MAX_KEY + " characters.");
    }
    return key;
  }

  /**
   * Takes one MetricSet, snappy-packed.
   *
   * @param instance the load generator that sends it; empty for the only one
   */
  public void push(TestRun run, String instance, @Nullable String key, InputStream body) throws IOException {
    checked(key);
    byte[] payload = bounded(body);
    PushExtent extent = extent(run, payload);
    append(run, new MetricLog.Entry(Kind.METRIC_SET, instance, key == null ? hash(payload) : key,
        key == null ? BODY_STANDS : KEY_STANDS, extent.firstBucket(), extent.lastBucket(), payload));
  }

  /** The whole of a push's body, bounded packed and unpacked. */
  public static byte[] bounded(InputStream body) throws IOException {
    byte[] payload = body.readNBytes(MAX_PUSH + 1);
    if (payload.length > MAX_PUSH) {
      throw new Refused(HttpStatus.CONTENT_TOO_LARGE,
          "The body is larger than " + MAX_PUSH + " bytes; send fewer series in one push.");
    }
    PushExtent.refuseBomb(payload);
    return payload;
  }

  /** Takes a push of another kind, snappy-packed, whose door has checked it. */
  public void push(TestRun run, String instance, Kind kind, long firstBucket, long lastBucket, byte[] payload) {
    append(run, new MetricLog.Entry(kind, instance, hash(payload), BODY_STANDS, firstBucket, lastBucket, payload));
  }

  private static PushExtent extent(TestRun run, byte[] payload) {
    try {
      return PushExtent.of(Long.toString(run.id()), payload);
    } catch (InvalidPush e) {
      throw new Refused(HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
  }

  private static String hash(byte[] payload) {
    return "sha256:" + HexFormat.of().formatHex(ApiToken.digest(payload));
  }

  /** Appends a record, and calls a worker where it is the first; returns whether it is new. */
  boolean append(TestRun run, MetricLog.Entry entry) {
    Appended appended = patience.call(entry.payload().length, () -> log.append(run.id(), entry));
    return switch (appended) {
      case Appended.Added added -> {
        if (added.first()) {
          patience.run(() -> {
            states.running(run.id());
            work.live(run.id());
          });
        }
        yield true;
      }
      case Appended.Repeated _ -> false;
      case Appended.Stopped stopped -> throw stopped(run, stopped.reason());
      case Appended.TooMuch more -> {
        String reason = "It sent more than " + more.limit() + " bytes, the most that its tenant may send for one run; "
            + "an operator can raise the tenant's runBytesLimit.";
        boolean closed = stop(run, new Stop("service", LIMIT_ABORT, reason), () -> {});
        throw closed ? stopped(run, reason) // else it was over, in one way or another
            : Refused.stopped("Test run " + run.id() + " takes no more pushes. " + reason);
      }
      case Appended.TooMany _ -> throw new Refused(HttpStatus.CONFLICT,
          "Test run " + run.id() + " has pushes of " + MetricLog.MAX_GENERATORS
              + " load generators, the most that a run "
              + "takes; \"" + entry.instance() + "\" would be one more. Give each load generator one name that stays.");
      case Appended.Closed closed -> throw new Refused(HttpStatus.CONFLICT, "Test run " + run.id() + " was finished at "
          + closed.finishedAt() + "; pushes are taken for " + MetricLog.GRACE.toSeconds() + " s after that.");
    };
  }

  private static Refused stopped(TestRun run, String reason) {
    return Refused.stopped("Test run " + run.id() + " was stopped and takes no more pushes. " + reason);
  }

  /**
   * An end that is not k6's own.
   *
   * @param by tenant, operator or service
   * @param runStatus k6's number for such an end
   */
  record Stop(String by, int runStatus, String reason) {
    byte[] outcome() {
      return JsonMapper.shared().createObjectNode().put("run_status", runStatus).put("stopped_by", by)
          .put("reason", reason).toString().getBytes(StandardCharsets.UTF_8);
    }
  }

  /**
   * Closes the run at once and for good.
   *
   * @param noted done in the same transaction, where this call closes it
   * @return whether it does; false where the run was over before
   */
  boolean stop(TestRun run, Stop stop, Runnable noted) {
    return patience.call(0, () -> {
      boolean closed = log.stop(run.id(), stop.by, stop.reason, stop.outcome(), noted);
      if (closed) {
        work.live(run.id());
      }
      return closed;
    });
  }

  /** Closes the run; closing it again changes nothing. */
  public void finish(TestRun run, String outcome) {
    patience.call(0, () -> {
      states.outcome(run.id(), outcome);
      boolean closed = log.finish(run.id(), true, outcome.getBytes(StandardCharsets.UTF_8));
      if (closed) {
        work.live(run.id());
      }
      return closed;
    });
  }
}
