/** What each destination has accepted, and the difference to what is right. */
@NullMarked
package dev.apmexport.exporter.ledger;

import org.jspecify.annotations.NullMarked;
