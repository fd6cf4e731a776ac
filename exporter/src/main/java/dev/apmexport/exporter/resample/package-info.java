/** Folding source buckets into windows of 1 to 10 s, and deciding from the log alone when a window is due. */
@NullMarked
package dev.apmexport.exporter.resample;

import org.jspecify.annotations.NullMarked;
