package dev.apmexport.exporter.conformance;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.Export;
import dev.apmexport.exporter.Exporter;
import dev.apmexport.exporter.MadeUpRun;
import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.SecondPass;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.delivery.RetryPolicy;
import dev.apmexport.exporter.delivery.VirtualTimeline;
import dev.apmexport.exporter.ledger.InMemoryLedger;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.LoopbackServer;
import dev.apmexport.exporter.sink.LoopbackServer.Answer;
import dev.apmexport.exporter.sink.prometheus.wire.Label;
import dev.apmexport.exporter.sink.prometheus.wire.TimeSeries;
import dev.apmexport.exporter.sink.prometheus.wire.WriteRequest;
import dev.apmexport.exporter.source.InMemoryRunFeed;
import dev.apmexport.exporter.source.LogRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a whole run, its second pass included, owes a receiver of remote write. */
@Timeout(value = 300, threadMode = ThreadMode.SEPARATE_THREAD)
class RunConformanceTest {
  private static final long STALE = 0x7ff0000000000002L;

  private final LoopbackServer server = new LoopbackServer();
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final InMemoryRunFeed feed = new InMemoryRunFeed();
  private final List<Sent> sent = new CopyOnWriteArrayList<>();
  private final MadeUpRun run = new MadeUpRun(new Random(17), MadeUpRun.START, 1, 2, 90);
  private final RunSettings settings = new RunSettings("42", run.period(), 10_000, 10_000, RunSettings.FOLD_VERSION);
  private volatile Predicate<Sent> lost = _ -> false;
  private VirtualTimeline time;
  private InMemoryLedger ledger = new InMemoryLedger();

  /** A sample as it arrived, by its bits since a stale marker is a NaN. */
  private record Sent(String series, long atMillis, long bits, long when, boolean accepted) {
    String point() {
      return series + " @" + atMillis + " " + bits;
    }
  }

  @AfterEach
  void close() {
    server.close();
    http.close();
  }

  /** Plays the whole run to the receiver; returns how many samples came until the live pass was over. */
  private int play(ExportConfig config, double lateShare) throws InterruptedException {
    time = new VirtualTimeline(MadeUpRun.START * 1000);
    server.answer((request, to, out) -> receive(request).give(request, to, out));
    try (Exporter exporter = new Exporter(settings, List.of(new Export(0, config, ledger)), feed, means())) {
      for (MadeUpRun.Push push : run.pushes(lateShare)) {
        time.sleep(Duration.ofMillis(push.second() * 1000 - time.millis()));
        feed.append(LogRecord.Kind.METRIC_SET, "load-" + push.generator(), time.millis(), push.payload(run.period()));
        advance(exporter);
      }
      feed.finish(time.millis());
      advance(exporter);
      while (!exporter.isDrained(0)) {
        time.sleep(Duration.ofSeconds(1));
        advance(exporter);
      }
    }
    return sent.size();
  }

  private static void advance(Exporter exporter) throws InterruptedException {
    boolean more = true;
    while (more) {
      more = exporter.advance();
    }
  }

  private Exporter.Means means() {
    return new Exporter.Means(http, RetryPolicy.standard(), time, time.threads());
  }

  private SecondPass.Result secondPass(ExportConfig config, int revision) throws InterruptedException {
    ledger = ledger.takeOver();
    return new SecondPass(settings, new Export(0, config, ledger), feed, means(),
        SecondPass.Order.of(revision, time.instant().plusSeconds(300))).run();
  }

  private Answer receive(LoopbackServer.Request request) throws IOException {
    boolean accepted = true;
    for (TimeSeries one : WriteRequest.parseFrom(SnappyDecoder.decode(request.body())).getTimeseriesList()) {
      String series = one.getLabelsList().stream().map(Label::toString).toList().toString();
      Sent sample = new Sent(series, one.getSamples(0).getTimestamp(),
          Double.doubleToRawLongBits(one.getSamples(0).getValue()), time.millis(), true);
      accepted &= !lost.test(sample);
      sent.add(accepted ? sample : new Sent(series, sample.atMillis, sample.bits, sample.when, false));
    }
    return accepted ? Answer.of(204) : Answer.of(400, "lost");
  }

  private ExportConfig config(boolean staleMarkers, String outOfOrder) {
    ObjectNode block = JsonMapper.shared().createObjectNode().put("provider", "prometheus")
        .put("remoteWriteURL", server.uri("/in").toString()).put("staleMarkers", staleMarkers)
        .put("outOfOrder", outOfOrder);
    return requireNonNull(ApmBlocks.readBlock(0, block).config());
  }

  @Test
  void t10_a_stale_marker_has_its_exact_bits_and_ends_every_series_once() throws InterruptedException {
    ExportConfig config = config(true, "0s");
    play(config, 0);
    secondPass(config, 1);
    assertEveryStaleMarkerIsLast();
    secondPass(config, 2);
    assertEveryStaleMarkerIsLast();
  }

  private void assertEveryStaleMarkerIsLast() {
    Map<String, Sent> last = new HashMap<>();
    for (Sent sample : sent) {
      Sent before = last.put(sample.series, sample);
      assertThat(before == null || before.bits != STALE && before.atMillis < sample.atMillis).as(sample.toString())
          .isTrue();
    }
    assertThat(last).isNotEmpty().allSatisfy((_, sample) -> assertThat(sample.bits).isEqualTo(STALE));
    assertThat(sent).filteredOn(sample -> Double.isNaN(Double.longBitsToDouble(sample.bits))).hasSize(last.size());
  }

  @Test
  void t18_staleness_a_series_that_ends_gets_a_marker() throws InterruptedException {
    ExportConfig config = config(true, "0s");
    play(config, 0);
    assertThat(sent).noneMatch(sample -> sample.bits == STALE);
    secondPass(config, 1);
    assertThat(sent).anyMatch(sample -> sample.bits == STALE);
  }

  @Test
  void t14_a_second_pass_sends_nothing_where_all_was_acknowledged_and_is_right() throws InterruptedException {
    ExportConfig config = config(false, "1h");
    int live = play(config, 0);
    SecondPass.Result result = secondPass(config, 1);
    assertThat(sent).hasSize(live).isNotEmpty();
    assertThat(result.report().exact()).isTrue();
    assertThat(result.report().expected()).isEqualTo(live);
  }

  @Test
  void t14_a_second_pass_sends_what_was_refused_or_came_late_and_nothing_else_and_leaves_no_difference()
      throws InterruptedException {
    ExportConfig config = config(false, "1h");
    long middle = (MadeUpRun.START + 45) * 1000;
    lost = sample -> sample.series.contains("k6_vus") && sample.atMillis > middle;
    int live = play(config, 0.2);
    Set<String> acknowledged = new HashSet<>();
    sent.stream().filter(Sent::accepted).map(Sent::point).forEach(acknowledged::add);
    lost = _ -> false;
    SecondPass.Result first = secondPass(config, 1);
    List<Sent> amended = List.copyOf(sent.subList(live, sent.size()));
    assertThat(amended).isNotEmpty().noneMatch(sample -> acknowledged.contains(sample.point()));
    assertThat(amended).extracting(Sent::point).doesNotHaveDuplicates();
    assertThat(first.report().filled()).isPositive();
    secondPass(config, 2);
    assertThat(sent).as("another pass finds nothing to do").hasSize(live + amended.size());
  }

  @Test
  void t15_no_timestamp_is_later_than_now() throws InterruptedException {
    ExportConfig config = config(true, "0s");
    play(config, 0.1);
    secondPass(config, 1);
    assertThat(sent).isNotEmpty().allMatch(sample -> sample.atMillis <= sample.when);
  }
}
