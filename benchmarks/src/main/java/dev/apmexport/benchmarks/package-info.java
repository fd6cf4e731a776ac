/** JMH benchmarks, each beside the floor it is measured against. */
@NullMarked
package dev.apmexport.benchmarks;

import org.jspecify.annotations.NullMarked;
