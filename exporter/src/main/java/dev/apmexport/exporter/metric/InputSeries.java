package dev.apmexport.exporter.metric;

/**
 * A series as k6 sends it, known to one run.
 *
 * @param id counts from 0 within the run, in the order of first appearance in the log
 */
public record InputSeries(int id, MetricType type, String name, Labels labels) {}
