/** Who calls, and how a refusal is said. */
@NullMarked
package dev.apmexport.api.security;

import org.jspecify.annotations.NullMarked;
