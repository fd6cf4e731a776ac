/** Test runs, their exports and what became of them. */
@NullMarked
package dev.apmexport.store.run;

import org.jspecify.annotations.NullMarked;
