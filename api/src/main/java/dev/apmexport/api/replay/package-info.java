/** Replays over REST: of a tenant's own runs, or for operators of anybody's. */
@NullMarked
package dev.apmexport.api.replay;

import org.jspecify.annotations.NullMarked;
