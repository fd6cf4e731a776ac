package dev.apmexport.exporter.config;

import dev.apmexport.exporter.block.Problem;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What became of one apm block.
 *
 * @param index its place in the list, from 0
 * @param provider as written; empty if it is missing
 * @param config null if errors disable the block
 */
public record ApmBlock(int index, String provider, @Nullable ExportConfig config, List<Problem> problems) {
  public boolean enabled() {
    return config != null;
  }

  /** The block with more problems; an error among them disables it. */
  public ApmBlock with(List<Problem> more) {
    if (more.isEmpty()) { return this; }
    boolean spoilt = more.stream().anyMatch(Problem::isError);
    return new ApmBlock(index, provider, spoilt ? null : config,
        Stream.concat(problems.stream(), more.stream()).toList());
  }

  public ApmBlock with(Problem one) {
    return with(List.of(one));
  }
}
