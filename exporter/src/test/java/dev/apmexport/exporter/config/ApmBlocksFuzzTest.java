package dev.apmexport.exporter.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Blocks as nobody would write them: good ones with a few things taken out, doubled, renamed or replaced. */
class ApmBlocksFuzzTest {
  private static final int ROUNDS = 4_000;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final List<JsonNode> seeds = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatever_a_block_holds_it_is_read_or_refused_with_reasons_and_no_secret_is_told(long seed) throws IOException {
    for (String folder : List.of("good", "warned")) {
      for (Path file : ApmBlocksTest.files(folder).toList()) {
        ApmBlocks.find(JsonMapper.shared().readTree(java.nio.file.Files.readString(file))).forEach(seeds::add);
      }
    }
    Random random = new Random(seed);
    for (int i = 0; i < ROUNDS; i++) {
      JsonNode block = seeds.get(random.nextInt(seeds.size())).deepCopy();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        mutate(block, random);
      }
      check(block);
    }
  }

  private static void check(JsonNode node) {
    ApmBlock block = ApmBlocks.readBlock(0, node);
    String told = ToldBlocks.of(List.of(block));
    assertThat(told + block).as(node.toString()).doesNotContain("s3cr3t");
    assertThat(block.enabled()).as(node.toString()).isEqualTo(block.problems().stream().noneMatch(Problem::isError));
    assertThat(block.problems()).as(node.toString()).allSatisfy(problem -> {
      assertThat(problem.path()).startsWith("apm[0]").hasSizeLessThan(300);
      assertThat(problem.message()).hasSizeBetween(10, 700).endsWith(".").doesNotContain("\n");
    });
    if (block.config() != null) {
      JsonNode normalized = block.config().normalized();
      ApmBlock again = ApmBlocks.readBlock(0, normalized);
      assertThat(again.config()).as("%s read again: %s", normalized, again.problems()).isNotNull();
      assertThat(again.config().normalized()).isEqualTo(normalized);
    }
  }

  /** Something is done to one of the object's keys, or to one of an object's within it. */
  private static void mutate(JsonNode node, Random random) {
    List<String> keys = node instanceof ObjectNode ? List.copyOf(node.propertyNames()) : List.of();
    if (keys.isEmpty()) { return; }
    String key = keys.get(random.nextInt(keys.size()));
    JsonNode value = node.get(key);
    ObjectNode object = (ObjectNode) node;
    switch (random.nextInt(8)) {
      case 0 -> object.remove(key);
      case 1 -> object.set(key, JSON.arrayNode().add(value));
      case 2 -> object.set(key, JSON.objectNode().set(key, value));
      case 3 -> object.set(random.nextBoolean() ? key.toUpperCase(Locale.ROOT) : snake(key), value.deepCopy());
      case 4 -> object.set(key, anything(random));
      case 5 -> object.put(random.nextBoolean() ? "" : "x" + key + "\n", value.toString());
      default -> {
        mutate(value instanceof ArrayNode list && !list.isEmpty() ? list.get(random.nextInt(list.size())) : value,
            random);
      }
    }
  }

  private static String snake(String key) {
    return key.replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  private static JsonNode anything(Random random) {
    List<JsonNode> values = Stream.of("null", "true", "0", "7", "-1", "2.5", "1e400", "123456789012345678901234567890",
        "\"\"", "\" \"", "\"text\"", "\"30m\"", "\"p(95)\"", "\"a{b=~\\\"[\\\"}\"", "[]", "[null]",
        "[5,\"vus\",\"vus\"]",
        "{}", "{\"\":null}", "[[[[]]]]", "\"\\u0000\\ud800\"", "\"http://example.com\"", "\"eu\"", "\"DataDog\"")
        .map(JsonMapper.shared()::readTree).toList();
    return values.get(random.nextInt(values.size()));
  }
}
