/** The front door for {@code k6 cloud run --local-execution} since k6 2.2, in its v6 and provisioning protocols. */
@NullMarked
package dev.apmexport.api.provisioning;

import org.jspecify.annotations.NullMarked;
