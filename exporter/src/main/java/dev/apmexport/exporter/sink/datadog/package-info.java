/** Datadog's intake of metrics, versions 1 and 2. */
@NullMarked
package dev.apmexport.exporter.sink.datadog;

import org.jspecify.annotations.NullMarked;
