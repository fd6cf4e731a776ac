/** Secrets at rest. */
@NullMarked
package dev.apmexport.store.secret;

import org.jspecify.annotations.NullMarked;
