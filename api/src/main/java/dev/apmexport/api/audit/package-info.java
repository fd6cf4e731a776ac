/** The audit log over REST. */
@NullMarked
package dev.apmexport.api.audit;

import org.jspecify.annotations.NullMarked;
