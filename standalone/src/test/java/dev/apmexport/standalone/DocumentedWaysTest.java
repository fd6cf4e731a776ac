package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the tables that say which k6 can be used how is held by a test, and the tests named there are there. */
class DocumentedWaysTest {
  private static final Path PROJECT = Path.of("..");
  private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))(?:#(\\w+))?`");
  private static final Pattern HEADING = Pattern.compile("\\| k6 \\|.*\\| held by \\|");

  static List<String> rows() throws IOException {
    List<String> lines = Files.readAllLines(PROJECT.resolve("docs/k6.md"));
    assertThat(lines.stream().filter(line -> HEADING.matcher(line).matches())).hasSizeGreaterThan(4);
    return lines.stream().filter(line -> line.startsWith("| ") && !HEADING.matcher(line).matches()).toList();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void a_row_is_held_by_tests_that_are_there(String row) throws IOException {
    List<MatchResult> tests = TEST.matcher(row).results().toList();
    assertThat(tests).as(row).isNotEmpty();
    for (MatchResult test : tests) {
      String method = test.group(2) == null ? "@Test" : "  void " + test.group(2) + "(";
      assertThat(sources(test.group(1))).as("%s, which must be one class, in %s", test.group(1), row).singleElement()
          .asString().contains(method);
    }
  }

  /** Of all modules; a name that is used twice would say nothing. */
  private static List<String> sources(String test) throws IOException {
    try (Stream<Path> modules = Files.list(PROJECT)) {
      return modules.map(module -> module.resolve("src/test/java")).filter(Files::isDirectory)
          .flatMap(tests -> sources(tests, test)).toList();
    }
  }

  private static Stream<String> sources(Path tests, String test) {
    try (Stream<Path> files = Files.find(tests, 20, (path, _) -> path.endsWith(test + ".java"))) {
      return files.map(DocumentedWaysTest::text).toList().stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
