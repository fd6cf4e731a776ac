/**
 * A script's thresholds, as k6 reads and decides them, decided from a run's complete metric log instead: for runs of
 * which k6 does not say how they went.
 */
@NullMarked
package dev.apmexport.exporter.threshold;

import org.jspecify.annotations.NullMarked;
