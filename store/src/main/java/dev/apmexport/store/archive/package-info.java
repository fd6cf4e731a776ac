/** The script archives of runs, where they are kept. */
@NullMarked
package dev.apmexport.store.archive;

import org.jspecify.annotations.NullMarked;
