package dev.apmexport.exporter.config;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.block.Shown;
import dev.apmexport.exporter.metric.Labels;
import dev.apmexport.exporter.sink.SinkConfig;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The {@code tags} of a block: labels that every series of its export carries. */
final class StaticTags {
  private static final int MOST = 30;
  private static final int LONGEST = 200;

  private StaticTags() {}

  static Labels read(BlockReader block, @Nullable SinkConfig sink) {
    BlockReader tags = block.object("tags");
    if (tags == null) { return Labels.NONE; }
    if (tags.keys().size() > MOST) {
      block.error("tags", "holds " + tags.keys().size() + " tags; at most " + MOST + " are taken.");
      return Labels.NONE;
    }
    Map<String, String> labels = new TreeMap<>();
    for (String name : tags.keys()) {
      String value = tags.word(name);
      if (value != null && value.length() > LONGEST) {
        tags.error(name, "is " + value.length() + " characters long; at most " + LONGEST + " are taken.");
      } else if (value != null) {
        labels.put(name, value);
        warnOfChange(tags, sink, name, value);
      }
    }
    Labels all = Labels.of(labels);
    if (sink != null && sink.labels(all).size() < all.size()) {
      block.warning("tags", "holds names that become one at the destination, and of those only one is sent: "
          + Shown.plain(sink.labels(all).toString()) + ".");
    }
    return all;
  }

  private static void warnOfChange(BlockReader tags, @Nullable SinkConfig sink, String name, String value) {
    Labels asked = Labels.of(name, value);
    Labels sent = sink == null ? asked : sink.labels(asked);
    if (!sent.equals(asked)) {
      tags.warning(name, "cannot be sent as it is written; it is sent as " + Shown.plain(sent.toString()) + ".");
    }
  }
}
