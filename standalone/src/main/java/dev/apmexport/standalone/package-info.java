/** Everything in one process, on a PostgreSQL of its own. */
@NullMarked
package dev.apmexport.standalone;

import org.jspecify.annotations.NullMarked;
