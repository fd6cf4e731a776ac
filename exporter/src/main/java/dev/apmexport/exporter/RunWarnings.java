package dev.apmexport.exporter;

import dev.apmexport.exporter.block.Problem;

/** What the samples of a run, whatever its exports, may show that its user should know. */
final class RunWarnings {
  private static final String ONE_ADDRESS_EACH = "Let each push to an address of its own: put /i/<name> before the path, "
      + "with another name for each.";

  private RunWarnings() {}

  static Problem seriesBeyondLimit(String series, int limit) {
    return samples("The run has " + series + " input series more than its limit of " + limit + "; their samples are "
        + "refused, the other series go on. Use fewer distinct tag values (URL grouping, systemTags), or have an "
        + "operator raise the tenant's inputSeriesLimit.");
  }

  static Problem sendersUnderOneName(String metric) {
    return samples("The totals of " + metric + " fell back again and again, as where several k6 send to one run under "
        + "one name, or as a gauge does whose name ends in _total; they are then counted wrong. " + ONE_ADDRESS_EACH);
  }

  static Problem sendersNotToldApart(int expected, int heard) {
    return samples("The run was made for " + expected + " load generators, and " + heard + " could be told apart. "
        + "Several that push to one address are counted as one: of pushes with the same bytes all but the first are "
        + "taken for repetitions, and virtual users do not add up. " + ONE_ADDRESS_EACH);
  }

  static Problem unlikePeriods(int first, String instance, int period) {
    return samples("The run's first push had buckets of " + first + " s, and later came buckets of " + period + " s"
        + (instance.isEmpty() ? "" : " from " + instance) + ", each of which is counted whole in the window it begins "
        + "in. Let all k6 of a run have the same K6_CLOUD_AGGREGATION_PERIOD.");
  }

  private static Problem samples(String sentence) {
    return Problem.warning("samples", sentence);
  }
}
