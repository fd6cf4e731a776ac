package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.sink.LoopbackServer.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Reads a request with series as strictly as it can be read. */
final class SeriesRequest {
  private static final Map<ApiVersion, JsonNode> SCHEMAS = new TreeMap<>(
      Map.of(ApiVersion.V1, schema("v1"), ApiVersion.V2, schema("v2")));

  private final Consumer<String> violations;

  /** @param series what to store */
  record Result(int status, JsonNode series) {
    Result(int status) {
      this(status, MissingNode.getInstance());
    }
  }

  SeriesRequest(Consumer<String> violations) {
    this.violations = violations;
  }

  static JsonNode schema(String version) {
    String name = "/datadog/" + version + "-series.schema.json";
    try (InputStream in = SeriesRequest.class.getResourceAsStream(name)) {
      return JsonMapper.shared().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Result read(ApiVersion version, Request request) {
    if (!"application/json".equals(request.headers().get("Content-Type"))
        || !"gzip".equals(request.headers().get("Content-Encoding"))) {
      return refused("not as it should be sent: " + request.headers());
    }
    boolean v1 = version == ApiVersion.V1;
    if (request.body().length > (v1 ? 3_200_000 : 512_000)) { return new Result(413); }
    int mostRaw = v1 ? 62_914_560 : 5_242_880;
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(request.body()))) {
      byte[] raw = in.readNBytes(mostRaw + 1);
      return raw.length > mostRaw ? new Result(413) : parsed(version, raw);
    } catch (IOException e) {
      return refused("not gzip: " + e.getMessage());
    }
  }

  private Result parsed(ApiVersion version, byte[] raw) {
    try {
      JsonNode body = JsonMapper.shared().readTree(raw);
      JsonSchema.faults(SCHEMAS.get(version), body).forEach(violations);
      return new Result(202, body.path("series"));
    } catch (JacksonException e) {
      return refused("not JSON: " + e.getOriginalMessage());
    }
  }

  private Result refused(String violation) {
    violations.accept(violation);
    return new Result(400);
  }
}
