/** Reading one block of user-written JSON: keys, spellings, types, and every mistake at once. */
@NullMarked
package dev.apmexport.exporter.block;

import org.jspecify.annotations.NullMarked;
