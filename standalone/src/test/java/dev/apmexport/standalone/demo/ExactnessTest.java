package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.k6.wire.MetricSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a real k6 pushed comes out as what it measured, however it was cut and in whatever order it came. */
class ExactnessTest {
  private static final int LATENESS = 2;
  private static final Map<String, Recording> RECORDINGS = Stream
      .of(RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS).collect(Collectors.toMap(name -> name, Recording::new));

  private LibraryExport export;

  @BeforeEach
  void open() {
    export = new LibraryExport();
  }

  @AfterEach
  void close() {
    export.close();
  }

  @ParameterizedTest(name = "{0}, R = {1}")
  @CsvSource({"run-o-cloud, 1", "run-o-cloud, 3", "run-o-cloud, 10", "run-o-cloud-default-config, 3"})
  void the_live_pass_alone_is_exact(String name, int resampleSeconds) throws Exception {
    Recording recording = RECORDINGS.get(name);
    assertExact(recording, recording.pushes(), resampleSeconds);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void any_order_within_the_lateness_gives_the_same_points(long seed) throws Exception {
    Recording recording = RECORDINGS.get(RecordedRun.ONE_SECOND);
    List<MetricSet> shuffled = new PushVariations(seed).shuffled(recording.pushes(), 1, LATENESS);

    assertThat(shuffled).isNotEqualTo(recording.pushes()).containsExactlyInAnyOrderElementsOf(recording.pushes());
    assertExact(recording, shuffled, 3);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {4, 5, 6})
  void pushes_cut_into_others_give_the_same_points(long seed) throws Exception {
    Recording recording = RECORDINGS.get(RecordedRun.ONE_SECOND);
    var variations = new PushVariations(seed);
    List<MetricSet> parts = variations.split(recording.pushes());

    assertThat(parts).hasSizeGreaterThan(recording.pushes().size());
    assertExact(recording, variations.shuffled(parts, 1, LATENESS), 1);
  }

  @Test
  void a_push_that_never_came_is_noticed_by_the_comparison_and_not_by_the_report() throws Exception {
    Recording recording = RECORDINGS.get(RecordedRun.ONE_SECOND);
    List<MetricSet> pushes = recording.pushes().subList(0, recording.pushes().size() - 1);
    LibraryExport.Outcome outcome = export.run(recording.log(pushes), 1, url -> DemoExport.options(url, 3));

    assertThat(outcome.report().exact()).isTrue(); // relative to the log
    assertThat(Comparison.of(recording.truth(3, DemoExport.expectations()), outcome.held()).allEqual()).isFalse();
  }

  private void assertExact(Recording recording, List<MetricSet> pushes, int resampleSeconds) throws Exception {
    LibraryExport.Outcome outcome = export.run(recording.log(pushes), recording.bucketSeconds(),
        url -> DemoExport.options(url, resampleSeconds));
    Comparison comparison = Comparison.of(recording.truth(resampleSeconds, DemoExport.expectations()), outcome.held());

    assertThat(comparison.allEqual()).as("%s%n%s", comparison.table(), comparison.differences()).isTrue();
    assertThat(outcome.report().exact()).as(outcome.report().toString()).isTrue();
    assertThat(outcome.report().asExpected()).as(outcome.report().toString()).isEqualTo(comparison.expected())
        .isEqualTo(outcome.report().expected());
  }
}
