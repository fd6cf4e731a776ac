/** Checking apm blocks before a run: what is wrong with them, and what they would export where. */
@NullMarked
package dev.apmexport.api.apm;

import org.jspecify.annotations.NullMarked;
