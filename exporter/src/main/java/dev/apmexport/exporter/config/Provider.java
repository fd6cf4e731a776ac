package dev.apmexport.exporter.config;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.sink.SinkConfig;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A kind of destination.
 *
 * @param reader reads the keys that are its own; null where their mistakes leave no destination
 * @param presets of dashboards that are made for it
 */
record Provider(Function<BlockReader, @Nullable SinkConfig> reader, List<Preset> presets) {}
