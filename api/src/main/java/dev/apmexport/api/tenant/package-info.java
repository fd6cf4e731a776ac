/** The operators' side: tenants, their plans and limits, and their tokens. */
@NullMarked
package dev.apmexport.api.tenant;

import org.jspecify.annotations.NullMarked;
