/** Runs over REST: made, fed, finished, looked at. */
@NullMarked
package dev.apmexport.api.run;

import org.jspecify.annotations.NullMarked;
