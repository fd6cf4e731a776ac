package dev.apmexport.exporter;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.xerial.snappy.Snappy;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What k6 2.2.0 pushed by remote write of one run, every 5 s, and every sample that it measured. */
final class RecordedRemoteWrite {
  private static final String FOLDER = "/remote-write/";
  private static final Path MEASURED = Path
      .of("../standalone/src/main/resources/capture/run-o-cloud/samples.json.gz");
  private static final int PUSHES = 9;

  private RecordedRemoteWrite() {}

  /** A push and when it came. */
  record Push(long atMillis, byte[] body) {
    /** Its samples, read by protobuf's own generated code. */
    List<Told> samples() {
      try {
        return WriteRequest.parseFrom(Snappy.uncompress(body)).getTimeseriesList().stream()
            .map(series -> new Told(
                series.getLabelsList().stream()
                    .collect(Collectors.toMap(Label::getName, Label::getValue, (a, _) -> a, TreeMap::new)),
                series.getSamples(0).getTimestamp(), series.getSamples(0).getValue()))
            .toList();
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalStateException(e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** One sample on the wire. */
  record Told(TreeMap<String, String> labels, long atMillis, double value) {
    String name() {
      return labels.getOrDefault("__name__", "");
    }

    Labels tags() {
      Map<String, String> tags = new TreeMap<>(labels);
      tags.remove("__name__");
      return Labels.of(tags);
    }
  }

  /** One sample as k6's JSON output wrote it; its tags are those that remote write has, the empty ones left out. */
  record Measured(String metric, long atMillis, double value, Labels tags) {}

  static List<Push> pushes() {
    List<Push> pushes = new ArrayList<>();
    for (int i = 1; i <= PUSHES; i++) {
      JsonNode told = JsonMapper.shared().readTree(resource("%03d.json".formatted(i)));
      pushes.add(new Push(Math.round(told.path("at").asDouble() * 1000), resource("%03d.bin".formatted(i))));
    }
    return pushes;
  }

  private static byte[] resource(String name) {
    try (InputStream in = RecordedRemoteWrite.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) { throw new IllegalStateException("There is no " + FOLDER + name + "."); }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Measured> measured() throws IOException {
    List<Measured> samples = new ArrayList<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(MEASURED))) {
      for (String line : new String(in.readAllBytes()).lines().toList()) {
        JsonNode sample = JsonMapper.shared().readTree(line);
        if (sample.path("type").asString().equals("Point")) {
          JsonNode data = sample.path("data");
          Map<String, String> tags = new TreeMap<>();
          data.path("tags").properties().forEach(tag -> {
            if (!tag.getValue().asString().isEmpty()) {
              tags.put(tag.getKey(), tag.getValue().asString());
            }
          });
          samples.add(new Measured(sample.path("metric").asString(),
              Instant.parse(data.path("time").asString()).toEpochMilli(), data.path("value").asDouble(),
              Labels.of(tags)));
        }
      }
    }
    return samples;
  }
}
