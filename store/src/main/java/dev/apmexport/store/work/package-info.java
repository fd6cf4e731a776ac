/** The tasks that workers pick up. */
@NullMarked
package dev.apmexport.store.work;

import org.jspecify.annotations.NullMarked;
