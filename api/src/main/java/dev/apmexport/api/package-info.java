/** The front door for load generators, the REST API and the pages. */
@NullMarked
package dev.apmexport.api;

import org.jspecify.annotations.NullMarked;
