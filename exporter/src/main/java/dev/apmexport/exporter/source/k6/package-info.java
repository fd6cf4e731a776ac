/** k6's own wire format, a snappy block around one protobuf MetricSet. */
@NullMarked
package dev.apmexport.exporter.source.k6;

import org.jspecify.annotations.NullMarked;
