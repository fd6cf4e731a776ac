package dev.apmexport.api;

import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.xerial.snappy.Snappy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One request as a real k6 sent it, with the answer that it then went on with.
 *
 * @param at seconds since the epoch
 * @param headers by lower-case name
 * @param response the recorded answer's body
 */
public record RecordedRequest(String file, String method, String path, double at, Map<String, String> headers,
    byte[] body, int status, String response) {

  static RecordedRequest read(Path file, Path bodies) {
    try {
      JsonNode json = JsonMapper.shared().readTree(Files.readAllBytes(file));
      String name = file.getFileName().toString();
      Map<String, String> headers = new TreeMap<>();
      json.path("headers").properties()
          .forEach(header -> headers.put(header.getKey().toLowerCase(Locale.ROOT), header.getValue().asString()));
      return new RecordedRequest(name, json.path("method").asString(), json.path("path").asString(),
          json.path("at").asDouble(), headers,
          json.has("body") ? body(bodies, json.path("body").asString()) : new byte[0],
          json.at("/response/status").asInt(), json.at("/response/body").asString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bodies that are text are kept as such beside the other recordings. */
  private static byte[] body(Path bodies, String name) throws IOException {
    Path file = bodies.resolve(name);
    return Files.readAllBytes(Files.exists(file) ? file : bodies.resolve(name.replace(".bin", ".json")));
  }

  public boolean isPush() {
    return header("content-type").equals("application/x-protobuf");
  }

  public boolean isJson() {
    return header("content-type").startsWith("application/json");
  }

  /** The header's value, empty if it was not sent. */
  public String header(String name) {
    return headers.getOrDefault(name, "");
  }

  /** The address that it was sent to. */
  String url() {
    return "http://" + header("host") + path;
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /** The push with another run's id in it, and all its times that many seconds later. */
  byte[] pushOf(String run, long later) {
    try {
      MetricSet recorded = MetricSet.parseFrom(Snappy.uncompress(body));
      return MetricSets
          .pack(((MetricSet) shifted(recorded, later)).toBuilder().setTestRunId(run).build().toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Message shifted(Message message, long seconds) {
    if (message instanceof Timestamp time) { return time.toBuilder().setSeconds(time.getSeconds() + seconds).build(); }
    Message.Builder copy = message.toBuilder();
    message.getAllFields().forEach((field, value) -> {
      if (field.getJavaType() == JavaType.MESSAGE) {
        copy.setField(field, field.isRepeated()
            ? ((List<?>) value).stream().map(one -> shifted((Message) one, seconds)).toList()
            : shifted((Message) value, seconds));
      }
    });
    return copy.build();
  }
}
