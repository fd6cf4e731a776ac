/** {@code ./run pipe}: k6's JSON lines from stdin to a remote write receiver, with no service and no database. */
@NullMarked
package dev.apmexport.standalone.pipe;

import org.jspecify.annotations.NullMarked;
