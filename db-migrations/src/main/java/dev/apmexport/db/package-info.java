/** The database schema, and a PostgreSQL to run it on. */
@NullMarked
package dev.apmexport.db;

import org.jspecify.annotations.NullMarked;
