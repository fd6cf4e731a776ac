package dev.apmexport.exporter.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.block.Problem;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** docs/apm-options.md says of every key what the code does, and names no key that the code does not know. */
class DocumentedOptionsTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String PROMETHEUS = "{\"provider\": \"prometheus\", \"remoteWriteURL\": \"https://example.com/\"}";
  private static final String DATADOG = "{\"provider\": \"datadog\", \"apiKey\": \"key\"}";

  private final OptionsDocument document = new OptionsDocument();

  DocumentedOptionsTest() throws IOException {}

  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '~', value = {"Prometheus;" + PROMETHEUS, "Datadog;" + DATADOG})
  void a_providers_table_has_the_keys_that_are_read_in_every_spelling(String heading, String minimal) {
    Set<String> keys = new TreeSet<>();
    Map<String, List<String>> older = new TreeMap<>();
    for (OptionsDocument.Row row : document.options("\n## " + heading)) {
      keys.add(row.key());
      keys.addAll(row.older());
      if (!row.older().isEmpty()) {
        older.put(row.key(), row.older());
      }
    }
    BlockReader reader = read(withObjects(block(minimal), read(block(minimal)).known()));
    assertThat(keys).isEqualTo(reader.known());
    assertThat(older).isEqualTo(reader.olderSpellings());
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '~', value = {"Prometheus;" + PROMETHEUS, "Datadog;" + DATADOG})
  void the_default_of_a_key_is_what_it_is_without_the_key(String heading, String minimal) {
    ObjectNode without = normalized(block(minimal));
    for (OptionsDocument.Row row : document.options("\n## " + heading)) {
      if (!row.byDefault().isEmpty() && !row.key().startsWith("metrics.")) {
        ObjectNode with = with(block(minimal), row.key(), JSON.readTree(row.byDefault()));
        assertThat(normalized(with)).as(row.key()).isEqualTo(without);
      } else {
        assertThat(block(minimal).has(row.key()) || !without.has(row.key())).as("a default of " + row.key()).isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '~', value = {"Prometheus;" + PROMETHEUS, "Datadog;" + DATADOG})
  void the_example_of_a_key_is_taken(String heading, String minimal) {
    for (OptionsDocument.Row row : document.options("\n## " + heading)) {
      JsonNode example = JSON.readTree(row.example());
      if (!row.key().contains(".")) {
        ApmBlock block = ApmBlocks.readBlock(0, with(block(minimal), row.key(), example));
        assertThat(block.problems()).as(row.key()).noneMatch(Problem::isError);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '~', value = {"Prometheus;" + PROMETHEUS, "Datadog;" + DATADOG})
  void a_mistake_in_a_key_yields_what_is_said(String heading, String minimal) {
    for (OptionsDocument.Row row : document.options("\n## " + heading)) {
      ApmBlock block = ApmBlocks.readBlock(0, with(block(minimal), row.key(), JSON.readTree("[[]]")));
      assertThat(row.mistake()).as(row.key() + " " + block.problems())
          .startsWith(block.enabled() ? "entry left out" : "block off");
      assertThat(block.problems()).as(row.key()).isNotEmpty();
    }
  }

  @Test
  void every_example_is_a_block_without_a_mistake() {
    assertThat(document.examples()).hasSizeGreaterThanOrEqualTo(9).allSatisfy(apm -> assertThat(ApmBlocks.read(apm))
        .isNotEmpty().allSatisfy(block -> {
          assertThat(block.problems()).isEmpty();
          assertThat(block.enabled()).isTrue();
        }));
  }

  @ParameterizedTest
  @CsvSource(delimiter = ';', quoteCharacter = '~', value = {"grafana-19665;" + PROMETHEUS, "datadog-k6;" + DATADOG})
  void a_preset_gives_the_series_that_are_listed(String preset, String minimal) {
    ExportConfig config = config(block(minimal).put("preset", preset));
    assertThat(document.preset(preset)).isEqualTo(config.metrics().stream().map(entry -> {
      List<String> row = new java.util.ArrayList<>(List.of(entry.source().toString(), config.name(entry)));
      row.addAll(entry.keepTags());
      return row;
    }).toList());
  }

  /** A reader that was asked for everything that the provider's blocks may have. */
  private static BlockReader read(ObjectNode block) {
    BlockReader reader = BlockReader.of("apm[0]", block);
    String provider = requireNonNull(reader.text("provider"));
    ApmBlocks.read(provider, ApmBlocks.meant(provider), reader);
    return reader;
  }

  /** The block with an object at every key, so that the keys within objects are asked for too. */
  private static ObjectNode withObjects(ObjectNode block, Set<String> keys) {
    keys.stream().filter(key -> !key.equals("provider")).forEach(key -> block.set(key, JSON.createObjectNode()));
    return (ObjectNode) block.set("metrics", JSON.createArrayNode().add(JSON.createObjectNode()));
  }

  private static ObjectNode block(String json) {
    return (ObjectNode) JSON.readTree(json);
  }

  private static ObjectNode with(ObjectNode block, String key, JsonNode value) {
    int dot = key.indexOf('.');
    if (dot < 0) { return (ObjectNode) block.set(key, value); }
    ObjectNode inner = JSON.createObjectNode();
    inner.set(key.substring(dot + 1), value);
    boolean listed = key.startsWith("metrics.");
    if (listed && !inner.has("sourceMetric")) {
      inner.put("sourceMetric", "vus");
    }
    ArrayNode list = JSON.createArrayNode().add(inner);
    return (ObjectNode) block.set(key.substring(0, dot), listed ? list : inner);
  }

  private static ExportConfig config(ObjectNode block) {
    return requireNonNull(ApmBlocks.readBlock(0, block).config());
  }

  private static ObjectNode normalized(ObjectNode block) {
    return config(block).normalized();
  }
}
