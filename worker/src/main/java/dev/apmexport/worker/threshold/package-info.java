/** Decides the thresholds of runs that are over. */
@NullMarked
package dev.apmexport.worker.threshold;

import org.jspecify.annotations.NullMarked;
