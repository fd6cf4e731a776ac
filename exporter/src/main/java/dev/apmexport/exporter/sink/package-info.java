/** One destination: how aggregates become its points, and how one batch is sent once. */
@NullMarked
package dev.apmexport.exporter.sink;

import org.jspecify.annotations.NullMarked;
