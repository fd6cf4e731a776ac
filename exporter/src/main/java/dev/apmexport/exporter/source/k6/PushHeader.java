package dev.apmexport.exporter.source.k6;

/**
 * What a MetricSet says of itself.
 *
 * @param aggregationPeriod seconds per bucket, at least 1
 */
public record PushHeader(String testRunId, int aggregationPeriod) {}
