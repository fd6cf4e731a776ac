/** Apm lists with names, for load generators that send none. */
@NullMarked
package dev.apmexport.api.profile;

import org.jspecify.annotations.NullMarked;
