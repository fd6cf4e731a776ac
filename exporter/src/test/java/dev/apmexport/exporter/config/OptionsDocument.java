package dev.apmexport.exporter.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What docs/apm-options.md says, as far as a program can read it. */
final class OptionsDocument {
  private static final Pattern EXAMPLE = Pattern.compile("```javascript\n(.*?)```", Pattern.DOTALL);
  private static final Pattern CODE = Pattern.compile("`([^`]*)`");
  /** Objects as JavaScript writes them. */
  private static final JsonMapper JAVASCRIPT = JsonMapper.builder()
      .enable(JsonReadFeature.ALLOW_UNQUOTED_PROPERTY_NAMES,
          JsonReadFeature.ALLOW_SINGLE_QUOTES, JsonReadFeature.ALLOW_TRAILING_COMMA,
          JsonReadFeature.ALLOW_JAVA_COMMENTS)
      .build();

  private final String text;

  /** A line of a provider's table; {@code byDefault} is empty where it says "–". */
  record Row(String key, String byDefault, String example, List<String> older, String mistake) {}

  OptionsDocument() throws IOException {
    this.text = Files.readString(Path.of("../docs/apm-options.md"));
  }

  /** The rows of the table below a heading. */
  List<Row> options(String heading) {
    return table(heading).map(cells -> new Row(code(cells[1]), code(cells[3]), code(cells[4]), codes(cells[5]),
        cells[6].strip())).toList();
  }

  /** Metric, series and kept tags of the table that follows a text. */
  List<List<String>> preset(String name) {
    return table("\n`" + name + "`, for").map(cells -> {
      List<String> row = new ArrayList<>(List.of(code(cells[1]), code(cells[2])));
      row.addAll(codes(cells[3]));
      return row;
    }).toList();
  }

  private Stream<String[]> table(String before) {
    int start = text.indexOf("\n|", text.indexOf(before));
    return text.substring(start + 1, text.indexOf("\n\n", start + 2)).lines().skip(2)
        .map(line -> line.split("(?<!\\\\)\\|"));
  }

  /** Every example as the list of blocks that it holds. */
  List<JsonNode> examples() {
    List<JsonNode> examples = new ArrayList<>();
    for (Matcher example = EXAMPLE.matcher(text); example.find();) {
      JsonNode read = JAVASCRIPT.readTree(example.group(1).replace("export const options = ", "").replace("};", "}"));
      examples.add(read.has("provider") ? JAVASCRIPT.createArrayNode().add(read) : ApmBlocks.find(read));
    }
    return examples;
  }

  private static String code(String cell) {
    List<String> codes = codes(cell);
    return codes.isEmpty() ? "" : codes.getFirst();
  }

  private static List<String> codes(String cell) {
    return CODE.matcher(cell).results().map(code -> code.group(1)).toList();
  }
}
