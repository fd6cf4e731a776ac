/** The second pass: one task for each export whose run has ended. */
@NullMarked
package dev.apmexport.worker.secondpass;

import org.jspecify.annotations.NullMarked;
