/** Datadog's intake of metrics, version 2. */
@NullMarked
package dev.apmexport.exporter.sink.datadog;

import org.jspecify.annotations.NullMarked;
