package dev.apmexport.exporter.config;

import dev.apmexport.exporter.sink.SinkConfig;
import java.util.List;

/**
 * A block without faults, whatever its dialect and provider.
 *
 * @param resampleRate seconds per window, 1 to 10
 * @param includeTestRunId whether every series carries the label {@code test_run_id}
 * @param metrics the default set first where it is on, then the block's own entries in their order
 */
public record ExportConfig(String provider, int resampleRate, boolean includeTestRunId, List<MetricEntry> metrics,
    SinkConfig sink) {}
