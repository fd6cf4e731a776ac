/** A tenant's apm lists by name, for runs that bring none of their own. */
@NullMarked
package dev.apmexport.store.profile;

import org.jspecify.annotations.NullMarked;
