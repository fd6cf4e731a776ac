/** Replays: one task for each export that is replayed. */
@NullMarked
package dev.apmexport.worker.replay;

import org.jspecify.annotations.NullMarked;
