package dev.apmexport.api.remotewrite;

import dev.apmexport.api.k6.ProfilePath;
import dev.apmexport.api.run.Intake;
import dev.apmexport.api.security.Caller;
import dev.apmexport.api.security.OpenToRunTokens;
import dev.apmexport.api.security.Refused;
import dev.apmexport.exporter.source.LogRecord.Kind;
import dev.apmexport.store.run.TestRun;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Where {@code k6 run -o experimental-prometheus-rw} and other senders of remote write 1.0 push to. */
@Tag(name = "Prometheus remote write", description = "What \"k6 run -o experimental-prometheus-rw\" and other senders of "
    + "remote write 1.0 push to.")
@RestController
public class RemoteWriteController {
  static final String RUN_ID = "X-Test-Run-Id";
  static final String RUN_NAME = "X-Test-Run";
  /** What the User-Agent of k6's output begins with; a Prometheus also sends marks of ends alone, while it goes on. */
  private static final String K6 = "k6-prometheus-rw-output";
  private static final String WHEN_FREE = "Its name is free for another run after " + NamedRuns.SILENCE.toMinutes()
      + " minutes without a push to it; take another name until then.";
  private static final int LONGEST_NAME = 200;
  private static final String HOW = "Say which test run this is: push to /api/v1/test-runs/<id>/write, or send the header "
      + RUN_ID + ": <id> (K6_PROMETHEUS_RW_HTTP_HEADERS=" + RUN_ID
      + ":<id>), or a run's own token, or let the first push "
      + "make a run with the header " + RUN_NAME + ": <name>, pushed to /p/<profile>/api/v1/write.";

  private final Intake intake;
  private final NamedRuns named;
  private final InstantSource clock;

  RemoteWriteController(Intake intake, NamedRuns named, InstantSource clock) {
    this.intake = intake;
    this.named = named;
    this.clock = clock;
  }

  @TakesWriteRequest
  @OpenToRunTokens
  @PostMapping("/api/v1/test-runs/{id}/write")
  ResponseEntity<Void> write(Caller caller, @PathVariable String id, HttpServletRequest request, InputStream body)
      throws IOException {
    return store(intake.find(caller, id), caller, checked(request, body));
  }

  @TakesWriteRequest
  @OpenToRunTokens
  @PostMapping("/api/v1/write")
  ResponseEntity<Void> write(Caller caller, HttpServletRequest request, InputStream body,
      @RequestHeader(name = RUN_ID, required = false) @Nullable String id,
      @RequestHeader(name = RUN_NAME, required = false) @Nullable String header,
      @Parameter(hidden = true) @RequestAttribute(name = ProfilePath.PROFILE, required = false) @Nullable String profile)
      throws IOException {
    String one = id == null && caller.onlyRun() != null ? Long.toString(caller.onlyRun()) : id;
    if (one != null) { return write(caller, one, request, body); }
    String name = header == null ? "" : inUtf8(header);
    if (name.isBlank()) { throw new Refused(HttpStatus.BAD_REQUEST, HOW); }
    if (name.length() > LONGEST_NAME || profile == null) {
      throw new Refused(HttpStatus.BAD_REQUEST, profile == null
          ? "A run that is made by its name needs a profile that it is exported by: push to /p/<profile>/api/v1/write."
          : RUN_NAME + " is longer than " + LONGEST_NAME + " characters.");
    }
    return write(caller, name, profile, checked(request, body));
  }

  /** A header's text, which the server has read as Latin-1, where it is UTF-8, which k6 sends. */
  private static String inUtf8(String header) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(StandardCharsets.ISO_8859_1.encode(header)).toString();
    } catch (CharacterCodingException notUtf8) {
      return header;
    }
  }

  /** A request, what it holds, and whether k6 has sent it. */
  private record Checked(byte[] payload, PushCheck check, boolean byK6) {}

  private ResponseEntity<Void> write(Caller caller, String name, String profile, Checked push) {
    if (push.byK6 && push.check.endsOnly()) { // k6 marks the end of all its series when it ends
      named.open(caller.tenant(), name, profile).filter(_ -> caller.instance().isEmpty())
          .ifPresent(run -> intake.finish(run, "{}"));
    }
    if (!push.check.hasGood()) { return answer(push.check); }
    try {
      return store(named.openOrMake(caller.tenant(), name, profile), caller, push);
    } catch (Refused e) {
      throw e.status() == HttpStatus.FORBIDDEN ? e.with(WHEN_FREE, e.facts()) : e;
    }
  }

  private ResponseEntity<Void> store(TestRun run, Caller caller, Checked push) {
    if (push.check.hasGood()) {
      intake.push(run, caller.instance(), Kind.REMOTE_WRITE, push.check.firstBucket(), push.check.lastBucket(),
          push.payload);
    }
    return answer(push.check);
  }

  private static ResponseEntity<Void> answer(PushCheck check) {
    check.refuseBad();
    return ResponseEntity.noContent().build();
  }

  private Checked checked(HttpServletRequest request, InputStream body) throws IOException {
    ContentNegotiation.check(request.getContentType(), request.getHeader("Content-Encoding"));
    byte[] payload = Intake.bounded(body);
    String agent = request.getHeader(HttpHeaders.USER_AGENT);
    return new Checked(payload, PushCheck.of(payload, clock.millis()), agent != null && agent.startsWith(K6));
  }
}
