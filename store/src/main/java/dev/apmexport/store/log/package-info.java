/** The metric log in PostgreSQL. */
@NullMarked
package dev.apmexport.store.log;

import org.jspecify.annotations.NullMarked;
