/** Replays: what was asked for, and how far it is. */
@NullMarked
package dev.apmexport.store.replay;

import org.jspecify.annotations.NullMarked;
