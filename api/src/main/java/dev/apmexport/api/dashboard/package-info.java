/** The pages for people. They hold no data: a script asks the REST API with the token that the reader gives it. */
@NullMarked
package dev.apmexport.api.dashboard;

import org.jspecify.annotations.NullMarked;
