/** The difference between what a destination holds and what is right, and what can be done about each point. */
@NullMarked
package dev.apmexport.exporter.reconcile;

import org.jspecify.annotations.NullMarked;
