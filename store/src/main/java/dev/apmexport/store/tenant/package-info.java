/** Owners and their tokens. */
@NullMarked
package dev.apmexport.store.tenant;

import org.jspecify.annotations.NullMarked;
