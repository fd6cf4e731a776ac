package dev.apmexport.exporter.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.sink.prometheus.RemoteWriteConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Each file is the options of a script; beside it stands what becomes of every block and what is said about it. */
class ApmBlocksTest {
  private static final Path CONFIG = Path.of("src/test/resources/config");

  static Stream<Path> good() throws IOException {
    return files("good");
  }

  static Stream<Path> bad() throws IOException {
    return files("bad");
  }

  private static Stream<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(CONFIG.resolve(folder))) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("good")
  void a_good_block_is_taken_without_a_word(Path file) throws IOException {
    List<ApmBlock> blocks = blocks(file);
    assertThat(blocks).allSatisfy(block -> assertThat(block.problems()).isEmpty());
    assertThat(told(blocks)).isEqualTo(expected(file));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void every_mistake_is_told_with_its_place_and_what_would_be_right(Path file) throws IOException {
    assertThat(told(blocks(file))).isEqualTo(expected(file));
  }

  @ParameterizedTest
  @MethodSource({"good", "bad"})
  void no_secret_is_ever_told(Path file) throws IOException {
    assertThat(told(blocks(file)) + blocks(file)).doesNotContain("s3cr3t");
  }

  @Test
  void a_list_may_hold_fifty_blocks_and_not_more() {
    JsonNode fifty = JsonMapper.shared().readTree("[" + "{},".repeat(49) + "{}]");
    JsonNode more = JsonMapper.shared().readTree("[" + "{},".repeat(50) + "{}]");
    assertThat(ApmBlocks.read(fifty)).hasSize(50);
    assertThat(ApmBlocks.read(more)).singleElement().satisfies(block -> assertThat(block.problems()).singleElement()
        .hasToString("apm: must be a list of at most 50 blocks, got a list of 51."));
  }

  private static List<ApmBlock> blocks(Path options) throws IOException {
    return ApmBlocks.read(ApmBlocks.find(JsonMapper.shared().readTree(Files.readString(options))));
  }

  private static String expected(Path file) throws IOException {
    return Files.readString(file.resolveSibling(file.getFileName().toString().replace(".json", ".expected")));
  }

  private static String told(List<ApmBlock> blocks) {
    List<String> lines = new ArrayList<>();
    for (ApmBlock block : blocks) {
      lines.add(
          "block " + block.index() + " \"" + block.provider() + "\": " + (block.enabled() ? "enabled" : "disabled"));
      if (block.config() != null) {
        config(block.config(), lines);
      }
      block.problems().forEach(problem -> lines.add(problem.severity().name().toLowerCase() + " " + problem));
    }
    return String.join("\n", lines) + "\n";
  }

  private static void config(ExportConfig config, List<String> lines) {
    lines.add("  every " + config.resampleRate() + " s to " + config.sink().destination() + " with "
        + ((RemoteWriteConfig) config.sink()).credentials() + (config.includeTestRunId() ? " and test_run_id" : ""));
    config.metrics()
        .forEach(entry -> lines.add("  " + entry.source() + (entry.target() == null ? "" : " as " + entry.target())
            + (entry.keepTags().isEmpty() ? "" : " keeps " + entry.keepTags())));
  }
}
