package dev.apmexport.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Everything that a real k6 sent in one session, sent again in the same order to the api under test, whose answers must
 * be such that k6 would have gone on as it did. Ids, addresses and tokens that k6 had from an answer are replaced by
 * those that the api gave in the same place. The folder holds {@code NNN.json} for each request, {@code NNN.bin} for
 * its body.
 */
public final class RecordedSession {
  /** Every window of 1 to 10 s stays a window when it is moved by this. */
  private static final long ALIGNED = 2_520;
  /** Set by the client itself. */
  private static final Set<String> CONNECTION = Set.of("host", "content-length", "transfer-encoding", "accept-encoding",
      "authorization");

  private static final Set<String> RUN = Set.of("reference_id", "test_run_id");

  private final List<RecordedRequest> requests;
  private final long later;
  /** What k6 had from recorded answers, and what it would have from ours. */
  private final Map<String, String> ours = new HashMap<>();
  private String run = "";

  private RecordedSession(List<RecordedRequest> requests, InstantSource clock) {
    this.requests = requests;
    this.later = (clock.instant().getEpochSecond() - (long) requests.getFirst().at()) / ALIGNED * ALIGNED;
  }

  /** A request and what the api answered to it. */
  public record Exchange(RecordedRequest request, WithApi.Answer answer) {}

  /** A session in the test's own resources. */
  public static RecordedSession of(String name) {
    Path folder = Path.of("src/test/resources/capture", name);
    return read(folder, folder);
  }

  /**
   * Reads a session.
   *
   * @param bodies where the bodies are, if they are not beside the requests
   */
  public static RecordedSession read(Path folder, Path bodies) {
    try (Stream<Path> files = Files.list(folder)) {
      return new RecordedSession(files.filter(file -> file.getFileName().toString().matches("\\d+\\.json")).sorted()
          .map(file -> RecordedRequest.read(file, bodies)).toList(), InstantSource.system());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public List<RecordedRequest> requests() {
    return requests;
  }

  /** How many seconds later the pushes' times are than they were. */
  public long later() {
    return later;
  }

  /** Sends all of it with the test's token, and judges every answer by {@link RecordedAnswer}. */
  public List<Exchange> replay(WithApi api) {
    return replay(api, "");
  }

  /**
   * The same through a bound host.
   *
   * @param host what the user's K6_CLOUD_HOST ends with, such as {@code /p/staging}
   */
  public List<Exchange> replay(WithApi api, String host) {
    List<Exchange> exchanges = new ArrayList<>();
    for (RecordedRequest request : requests) {
      WithApi.Answer answer = api.send(again(request, api, host));
      RecordedAnswer.judge(request, answer);
      learn(RecordedAnswer.json(request.response()), answer.json());
      exchanges.add(new Exchange(request, answer));
    }
    return exchanges;
  }

  private HttpRequest.Builder again(RecordedRequest request, WithApi api, String host) {
    HttpRequest.Builder again = HttpRequest.newBuilder(URI.create(ours.getOrDefault(request.url(),
        "http://localhost:" + api.port + host + renamed(request.path()))));
    request.headers().forEach((name, value) -> {
      if (!CONNECTION.contains(name)) {
        again.header(name, value);
      }
    });
    String[] authorization = request.header("authorization").split(" ");
    if (authorization.length > 1) {
      again.header("Authorization", authorization[0] + " " + ours.getOrDefault(authorization[1], api.token));
    }
    return again.method(request.method(), body(request));
  }

  private BodyPublisher body(RecordedRequest request) {
    byte[] bytes = request.body();
    if (request.isPush()) {
      bytes = request.pushOf(run(), later);
    } else if (request.isJson()) {
      bytes = renamed(request).getBytes(StandardCharsets.UTF_8);
    }
    byte[] sent = bytes;
    boolean chunked = request.header("transfer-encoding").equals("chunked");
    return chunked ? BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(sent))
        : BodyPublishers.ofByteArray(sent);
  }

  /** The id of the run that the session makes; known once it is made. */
  public String run() {
    assertThat(run).as("No answer has named a run.").isNotEmpty();
    return run;
  }

  private String renamed(String path) {
    List<String> segments = new ArrayList<>();
    for (String segment : path.split("/", -1)) {
      segments.add(segment.matches("\\d+") ? ours.getOrDefault(segment, segment) : segment);
    }
    return String.join("/", segments);
  }

  /** JSON bodies name ids as texts. */
  private String renamed(RecordedRequest request) {
    String text = request.text();
    for (Map.Entry<String, String> name : ours.entrySet()) {
      text = text.replace("\"" + name.getKey() + "\"", "\"" + name.getValue() + "\"");
    }
    return text;
  }

  /** Wherever the recorded answer has an id, an address or a token, k6 would now use ours. */
  private void learn(JsonNode recorded, JsonNode answered) {
    recorded.properties().forEach(entry -> {
      String name = entry.getKey();
      JsonNode own = answered.path(name);
      if (entry.getValue().isObject()) {
        learn(entry.getValue(), own);
      } else if (name.equals("id") || name.endsWith("_id") || name.endsWith("_url") || name.endsWith("_token")) {
        learn(name, entry.getValue().asString(""), own.asString(""));
      }
    });
  }

  private void learn(String name, String recorded, String own) {
    if (!recorded.isEmpty()) {
      ours.putIfAbsent(recorded, own);
    }
    if (RUN.contains(name)) {
      run = own;
    }
  }
}
