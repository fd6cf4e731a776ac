/** Prometheus remote write 1.0. */
@NullMarked
package dev.apmexport.exporter.sink.prometheus;

import org.jspecify.annotations.NullMarked;
