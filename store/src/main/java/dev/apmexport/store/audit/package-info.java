/** Who did what that the owner of a service may be asked about later. */
@NullMarked
package dev.apmexport.store.audit;

import org.jspecify.annotations.NullMarked;
