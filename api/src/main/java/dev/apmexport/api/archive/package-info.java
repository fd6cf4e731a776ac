/** k6's archives of scripts: what is read of them, and the copies that are kept without their secrets. */
@NullMarked
package dev.apmexport.api.archive;

import org.jspecify.annotations.NullMarked;
