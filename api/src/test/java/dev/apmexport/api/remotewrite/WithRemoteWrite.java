package dev.apmexport.api.remotewrite;

import dev.apmexport.api.WithApi;
import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The api, and a sender of remote write 1.0 that is k6 unless it says otherwise. */
abstract class WithRemoteWrite extends WithApi {
  static final String WRITE = "/api/v1/write";
  final long now = System.currentTimeMillis();

  Answer write(String path, byte[] body, String... headers) {
    return send(request(path).headers("Content-Type", "application/x-protobuf", "Content-Encoding", "snappy",
        "X-Prometheus-Remote-Write-Version", "0.1.0").headers(or(headers)).POST(BodyPublishers.ofByteArray(body)));
  }

  private static String[] or(String... headers) {
    return Arrays.asList(headers).contains("User-Agent") ? headers
        : Stream.concat(Stream.of("User-Agent", "k6-prometheus-rw-output/v0.0.1"), Stream.of(headers))
            .toArray(String[]::new);
  }

  /** One sample of this moment. */
  WriteRequests good() {
    return new WriteRequests().sample("k6_vus", 3, now);
  }

  /** Where to push to a run that is there. */
  static String path(String run) {
    return "/api/v1/test-runs/" + run + "/write";
  }

  /** Makes a profile, which runs that are made by their name need. */
  void profile(String name) {
    send(request("/api/v1/apm-profiles/" + name).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(
        "{\"apm\":[{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/w\"}]}")));
  }

  /** This tenant's runs, the newest first. */
  List<String> runs() {
    List<String> ids = new ArrayList<>();
    get("/api/v1/test-runs").json().path("items").forEach(run -> ids.add(run.path("id").asString()));
    return ids;
  }
}
