package dev.apmexport.standalone.demo;

import dev.apmexport.exporter.source.k6.wire.MetricSet;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** A recorded run, moved so far into the past that no window ends in the future. */
final class Recording {
  private static final int LONGEST_WINDOW = 30;

  private final RecordedRun run;
  private final long shift;
  private final List<MetricSet> pushes;
  private final List<RawSample> samples;

  Recording(String name) {
    this.run = RecordedRun.load(name);
    this.shift = run.shiftToEndBefore(Instant.now()) - LONGEST_WINDOW;
    this.pushes = run.pushes(LibraryExport.TEST_RUN_ID, shift).stream().map(Push::metricSet).toList();
    this.samples = run.samples(shift);
  }

  List<MetricSet> pushes() {
    return pushes;
  }

  List<RawSample> samples() {
    return samples;
  }

  int bucketSeconds() {
    return run.bucketSeconds();
  }

  Instant begin() {
    return Instant.ofEpochSecond(run.firstBucketSeconds() + shift);
  }

  MemoryFeed log(List<MetricSet> pushes) {
    return new MemoryFeed(pushes, begin().toEpochMilli());
  }

  /** By how many seconds it was moved. */
  long shift() {
    return shift;
  }

  /** What an export with the label {@code test_run_id} has to bring. */
  SortedMap<OutputSeries, SortedMap<Long, Expected>> truth(int resampleSeconds, List<Expectation> expectations) {
    return truth(resampleSeconds, expectations, samples);
  }

  /** The same for other samples. */
  SortedMap<OutputSeries, SortedMap<Long, Expected>> truth(int resampleSeconds, List<Expectation> expectations,
      List<RawSample> of) {
    return new Oracle(resampleSeconds, run.bucketSeconds(), Map.of("test_run_id", LibraryExport.TEST_RUN_ID),
        expectations).truth(of);
  }
}
