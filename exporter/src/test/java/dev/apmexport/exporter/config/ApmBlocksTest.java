package dev.apmexport.exporter.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.block.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/**
 * Each file is the options of a script; beside it stands what becomes of every block and what is said about it. Every
 * {@code s3cr3t} in them is one.
 */
class ApmBlocksTest {
  private static final Path CONFIG = Path.of("src/test/resources/config");
  private static final String MINIMAL = "{\"provider\": \"prometheus\", \"remoteWriteURL\": \"https://example.com/\"";

  static Stream<Path> good() throws IOException {
    return files("good");
  }

  static Stream<Path> warned() throws IOException {
    return files("warned");
  }

  static Stream<Path> bad() throws IOException {
    return files("bad");
  }

  static Stream<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(CONFIG.resolve(folder))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("good")
  void a_good_block_is_taken_without_a_word(Path file) throws IOException {
    List<ApmBlock> blocks = blocks(file);
    assertThat(blocks).allSatisfy(block -> assertThat(block.problems()).isEmpty());
    assertThat(ToldBlocks.of(blocks)).isEqualTo(expected(file));
  }

  @ParameterizedTest
  @MethodSource("warned")
  void what_is_outdated_or_unwise_works_with_a_warning(Path file) throws IOException {
    List<ApmBlock> blocks = blocks(file);
    assertThat(blocks).allSatisfy(block -> {
      assertThat(block.enabled()).isTrue();
      assertThat(block.problems()).isNotEmpty().noneMatch(Problem::isError);
    });
    assertThat(ToldBlocks.of(blocks)).isEqualTo(expected(file));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void every_mistake_is_told_with_its_place_and_what_would_be_right(Path file) throws IOException {
    List<ApmBlock> blocks = blocks(file);
    assertThat(blocks).allSatisfy(
        block -> assertThat(block.enabled()).isEqualTo(block.problems().stream().noneMatch(Problem::isError)));
    assertThat(ToldBlocks.of(blocks)).isEqualTo(expected(file));
  }

  @ParameterizedTest
  @MethodSource({"good", "warned", "bad"})
  void no_secret_is_ever_told(Path file) throws IOException {
    assertThat(ToldBlocks.of(blocks(file)) + blocks(file)).doesNotContain("s3cr3t");
  }

  @ParameterizedTest
  @MethodSource({"good", "warned", "bad"})
  void the_normalized_form_of_a_block_is_a_block_that_says_the_same(Path file) throws IOException {
    for (ApmBlock block : blocks(file)) {
      if (block.config() != null) {
        ApmBlock again = ApmBlocks.readBlock(block.index(), block.config().normalized());
        assertThat(again.problems()).noneMatch(Problem::isError)
            .noneMatch(problem -> problem.message().contains("left out") || problem.message().contains("older"));
        assertThat(again.config()).isNotNull();
        assertThat(again.config().normalized()).isEqualTo(block.config().normalized());
      }
    }
  }

  @Test
  void the_blocks_of_a_run_may_wish_for_so_many_metrics_together() {
    String metrics = IntStream.range(0, 500).mapToObj(i -> "\"m" + i + "\"").collect(Collectors.joining(","));
    String block = "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"https://example.com/\","
        + "\"includeDefaultMetrics\":false,\"metrics\":[" + metrics + "]}";
    List<ApmBlock> blocks = ApmBlocks
        .read(JsonMapper.shared().readTree("[" + String.join(",", Collections.nCopies(5, block)) + "]"));
    assertThat(blocks).extracting(ApmBlock::enabled).containsExactly(true, true, true, true, false);
    assertThat(blocks.getLast().problems()).singleElement().hasToString("apm[4].metrics: is too much: the blocks of a "
        + "run may wish for 2000 metrics together, and up to here it is 2500.");
  }

  @Test
  void a_list_may_hold_fifty_blocks_and_not_more() {
    JsonNode fifty = JsonMapper.shared().readTree("[" + "{},".repeat(49) + "{}]");
    JsonNode more = JsonMapper.shared().readTree("[" + "{},".repeat(50) + "{}]");
    assertThat(ApmBlocks.read(fifty)).hasSize(50);
    assertThat(ApmBlocks.read(more)).singleElement().satisfies(block -> assertThat(block.problems()).singleElement()
        .hasToString("apm: must be a list of at most 50 blocks, apm: [{…}], got a list of 51."));
  }

  @Test
  void of_ten_thousand_metrics_the_first_five_hundred_are_exported() {
    ArrayNode metrics = JsonMapper.shared().createArrayNode();
    for (int i = 0; i < 10_000; i++) {
      metrics.add("metric_" + i);
    }
    ApmBlock block = block(MINIMAL + ", \"includeDefaultMetrics\": false, \"metrics\": " + metrics + "}");
    assertThat(block.config()).isNotNull();
    assertThat(block.config().metrics()).hasSize(500);
    assertThat(block.problems()).singleElement()
        .hasToString("apm[0].metrics: holds 10000 entries; those after the first 500 are left out.");
  }

  @Test
  void of_more_problems_than_anybody_reads_the_errors_are_told_first() {
    ApmBlock block = block(MINIMAL + ", \"metrics\": [" + "5,".repeat(400) + "5], \"resampleRate\": 0}");
    assertThat(block.enabled()).isFalse();
    assertThat(block.problems()).hasSize(201);
    assertThat(block.problems().getFirst()).hasToString(
        "apm[0].resampleRate: must be a whole number from 1 to 10, got 0.");
    assertThat(block.problems().getLast()).hasToString("apm[0]: has 202 more problems, which are not listed.");
  }

  @Test
  void a_key_of_thousands_of_letters_is_told_in_one_short_line() {
    ApmBlock block = block(MINIMAL + ", \"" + "x".repeat(50_000) + "\": \"" + "y".repeat(1_000_000) + "\"}");
    assertThat(block.problems()).singleElement().satisfies(
        problem -> assertThat(problem.toString().length()).isLessThan(200));
  }

  private static ApmBlock block(String json) {
    return ApmBlocks.readBlock(0, JsonMapper.shared().readTree(json));
  }

  static List<ApmBlock> blocks(Path options) throws IOException {
    return ApmBlocks.read(ApmBlocks.find(JsonMapper.shared().readTree(Files.readString(options))));
  }

  private static String expected(Path file) throws IOException {
    return Files.readString(file.resolveSibling(file.getFileName().toString().replace(".json", ".expected")));
  }
}
