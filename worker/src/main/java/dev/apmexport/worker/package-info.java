/** The live pass, the second pass and replays, as scheduled work. */
@NullMarked
package dev.apmexport.worker;

import org.jspecify.annotations.NullMarked;
