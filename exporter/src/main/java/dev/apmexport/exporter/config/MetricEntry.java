package dev.apmexport.exporter.config;

import dev.apmexport.exporter.select.Selector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One wish of a block.
 *
 * @param target the name at the destination, verbatim; null for the destination's own name of the metric
 * @param keepTags the tags that stay labels; all others are aggregated away
 */
public record MetricEntry(Selector source, @Nullable String target, List<String> keepTags) {}
