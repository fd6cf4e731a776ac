/** What is done now and then, whatever runs. */
@NullMarked
package dev.apmexport.worker.upkeep;

import org.jspecify.annotations.NullMarked;
