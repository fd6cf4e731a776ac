package dev.apmexport.exporter;

/**
 * An export that has sent points of the same run to the same destination before.
 *
 * @param export whose ledger is only read
 * @param first how its first pass came about
 */
public record Forerunner(Export export, FirstPass first) {}
