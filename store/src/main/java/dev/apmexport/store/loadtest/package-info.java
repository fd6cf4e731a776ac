/** Load tests by name, and what k6 since 2.2 says of a run before it starts. */
@NullMarked
package dev.apmexport.store.loadtest;

import org.jspecify.annotations.NullMarked;
