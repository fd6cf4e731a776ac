/** The live pass: one task for each run that goes on. */
@NullMarked
package dev.apmexport.worker.live;

import org.jspecify.annotations.NullMarked;
