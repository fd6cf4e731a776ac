/** Prometheus remote write 1.0 as k6's own output sends it: cumulative series, turned back into increments. */
@NullMarked
package dev.apmexport.exporter.source.remotewrite;

import org.jspecify.annotations.NullMarked;
