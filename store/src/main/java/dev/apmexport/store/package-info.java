/** What the product remembers, in PostgreSQL. */
@NullMarked
package dev.apmexport.store;

import org.jspecify.annotations.NullMarked;
