/** Where samples come from: the records of a run's metric log and the reader that opens each kind of them. */
@NullMarked
package dev.apmexport.exporter.source;

import org.jspecify.annotations.NullMarked;
