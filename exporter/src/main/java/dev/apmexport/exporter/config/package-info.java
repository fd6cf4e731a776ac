/** The apm block: what a script's author wrote, checked, with every mistake explained. */
@NullMarked
package dev.apmexport.exporter.config;

import org.jspecify.annotations.NullMarked;
