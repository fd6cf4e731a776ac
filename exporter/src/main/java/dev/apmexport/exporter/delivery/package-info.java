/** Order, batching, retry and booking, once for all sinks. */
@NullMarked
package dev.apmexport.exporter.delivery;

import org.jspecify.annotations.NullMarked;
