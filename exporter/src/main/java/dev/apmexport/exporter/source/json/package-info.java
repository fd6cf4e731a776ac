/** k6's JSON lines, as its -o json output writes them. */
@NullMarked
package dev.apmexport.exporter.source.json;

import org.jspecify.annotations.NullMarked;
