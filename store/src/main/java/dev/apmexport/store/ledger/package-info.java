/** The ledger in PostgreSQL: many exports' bookings in one commit. */
@NullMarked
package dev.apmexport.store.ledger;

import org.jspecify.annotations.NullMarked;
