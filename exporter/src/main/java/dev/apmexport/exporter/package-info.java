/** The whole data path of one run, as a library: the log is read, selected, resampled, delivered and reconciled. */
@NullMarked
package dev.apmexport.exporter;

import org.jspecify.annotations.NullMarked;
