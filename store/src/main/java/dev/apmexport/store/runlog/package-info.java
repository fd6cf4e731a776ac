/** What the load generators of a run have logged, kept short and without secrets. */
@NullMarked
package dev.apmexport.store.runlog;

import org.jspecify.annotations.NullMarked;
