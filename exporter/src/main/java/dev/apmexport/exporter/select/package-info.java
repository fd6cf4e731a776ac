/** Which series an export wants: PromQL's series selector. */
@NullMarked
package dev.apmexport.exporter.select;

import org.jspecify.annotations.NullMarked;
