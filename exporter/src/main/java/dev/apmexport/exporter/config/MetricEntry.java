package dev.apmexport.exporter.config;

import dev.apmexport.exporter.select.Selector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One wish of a block.
 *
 * @param origin where it was written, such as {@code metrics[2]}; null for one that a default or preset brought
 * @param target the name at the destination, verbatim; null for the destination's own name of the metric
 * @param keepTags the tags that stay labels; all others are aggregated away
 */
public record MetricEntry(@Nullable String origin, Selector source, @Nullable String target, List<String> keepTags) {
  /** Whether both wish for the same, wherever they were written. */
  boolean asks(MetricEntry other) {
    return source.equals(other.source) && java.util.Objects.equals(target, other.target)
        && keepTags.equals(other.keepTags);
  }
}
