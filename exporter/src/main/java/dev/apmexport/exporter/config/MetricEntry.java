package dev.apmexport.exporter.config;

import dev.apmexport.exporter.select.Selector;
import dev.apmexport.exporter.sink.SinkConfig;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One wish of a block.
 *
 * @param origin where it was written, such as {@code metrics[2]}; null for one that a default or preset brought
 * @param target the name at the destination, verbatim; null for the destination's own name of the metric
 * @param keepTags the tags that stay labels; all others are aggregated away
 */
public record MetricEntry(@Nullable String origin, Selector source, @Nullable String target, List<String> keepTags) {
  /** The name at a destination. */
  String name(SinkConfig sink) {
    return target == null ? sink.name(source.metric()) : target;
  }

  /** Whether both wish for the same, wherever they were written; without a destination, names are as written. */
  boolean asks(MetricEntry other, @Nullable SinkConfig sink) {
    return source.equals(other.source) && keepTags.equals(other.keepTags)
        && (sink == null ? Objects.equals(target, other.target) : name(sink).equals(other.name(sink)));
  }
}
