/**
 * The proof that an export is exact. It holds a recorded run of an unmodified k6, an oracle that computes from k6's
 * own raw samples what a destination has to hold, a reader of what a Prometheus really holds, and the comparison of
 * the two. The oracle shares no code with the exporter: two programs that agree by sharing a mistake would prove
 * nothing.
 */
@NullMarked
package dev.apmexport.standalone.demo;

import org.jspecify.annotations.NullMarked;
