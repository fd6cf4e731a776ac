/** The front door for k6 itself, in k6's own protocol. */
@NullMarked
package dev.apmexport.api.k6;

import org.jspecify.annotations.NullMarked;
