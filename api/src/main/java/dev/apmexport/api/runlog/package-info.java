/** The log lines of load generators: taken as Loki takes them, shown over REST. */
@NullMarked
package dev.apmexport.api.runlog;

import org.jspecify.annotations.NullMarked;
