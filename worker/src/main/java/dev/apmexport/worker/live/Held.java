package dev.apmexport.worker.live;

import dev.apmexport.exporter.Export;

/** An export that this worker has taken over, and its number in the store. */
record Held(long id, Export export) {}
