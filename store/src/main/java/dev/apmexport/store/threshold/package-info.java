/** What became of runs' thresholds. */
@NullMarked
package dev.apmexport.store.threshold;

import org.jspecify.annotations.NullMarked;
