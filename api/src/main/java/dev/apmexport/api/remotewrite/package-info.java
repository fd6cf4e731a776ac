/** Prometheus remote write 1.0, as k6's own output and other senders speak it. */
@NullMarked
package dev.apmexport.api.remotewrite;

import org.jspecify.annotations.NullMarked;
