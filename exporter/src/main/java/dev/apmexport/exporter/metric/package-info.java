/** What is measured: series, their types, k6's histogram, and the points that leave. */
@NullMarked
package dev.apmexport.exporter.metric;

import org.jspecify.annotations.NullMarked;
