/** JMH benchmarks and end-to-end load. */
@NullMarked
package dev.apmexport.benchmarks;

import org.jspecify.annotations.NullMarked;
