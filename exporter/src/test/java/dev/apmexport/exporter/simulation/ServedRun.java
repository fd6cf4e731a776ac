package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.MadeUpRun.Sample;
import dev.apmexport.exporter.reconcile.ReconciliationReport;
import dev.apmexport.exporter.sink.EgressPolicy;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.datadog.FakeDatadog;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A seed's run for a whole service, in real time: the receiver with all that goes wrong on the way to it, the block and
 * the pushes to hand to the service, and the judgement on what it has made of them.
 */
public final class ServedRun implements AutoCloseable {
  private final Scenario scenario;
  private final long start;
  private final HttpTransport http = new HttpTransport(EgressPolicy.parse("private"));
  private final Receiver receiver;
  private final Wire wire;

  /**
   * What the service is given at a time.
   *
   * @param second since the epoch
   * @param instance the load generator that sends it
   * @param key the same for a push that is sent twice
   */
  public record Delivery(long second, String instance, String key, byte[] payload) {}

  /** @param start the run's first second, a multiple of six */
  public ServedRun(long seed, long start) {
    InstantSource clock = InstantSource.system();
    this.start = start;
    scenario = Scenario.draw(seed, start, Scenario.Scale.REAL_TIME);
    receiver = Receiver.open(scenario.kind(), clock);
    wire = new Wire(receiver, scenario.faults(), clock, http, Sabotage.NONE);
  }

  /** A script's options with this run's block. */
  public String options() {
    return JsonMapper.shared().createObjectNode()
        .set("cloud", JsonMapper.shared().createObjectNode().set("apm", JsonMapper.shared().createArrayNode()
            .add(scenario.wish().block(wire.uri().toString(), FakeDatadog.KEY, Map.of()))))
        .toString();
  }

  /** What to push until the run's end, in the order of time. */
  public List<Delivery> deliveries(String testRunId) {
    return deliveries(testRunId, scenario.pushes());
  }

  /** What to push once the finished run has been gone over. */
  public List<Delivery> deliveriesBehindEnd(String testRunId) {
    return deliveries(testRunId, scenario.behindEnd());
  }

  private List<Delivery> deliveries(String testRunId, List<Scenario.LogPush> pushes) {
    return pushes.stream().map(push -> new Delivery(push.second(), "load-" + push.push().generator(), key(push),
        push.push().payload(testRunId, scenario.run().period()))).toList();
  }

  /** Whether the rules that go over the run are to be others than those that have folded it. */
  public boolean changesFold() {
    return scenario.version() != Scenario.Version.SAME;
  }

  /** Every push needs a key here, since one that has none may be repeated by whoever pushes it. */
  private static String key(Scenario.LogPush push) {
    return push.key().isEmpty() ? "unnamed-" + System.identityHashCode(push.push()) : push.key();
  }

  /** Lets what is late on its way arrive; to be called now and then. */
  public void deliverDelayed() throws IOException {
    wire.deliverDelayed();
  }

  /** What is not as it should be, by the service's view of the run's only export; empty where all is well. */
  public List<String> faults(String testRunId, JsonNode export) {
    // The service gives nothing up here, and goes over no run before its end.
    Outcome.Times times = new Outcome.Times(Long.MAX_VALUE, Long.MIN_VALUE, (start + scenario.run().seconds()) * 1_000,
        InstantSource.system().millis());
    Set<String> keys = new HashSet<>();
    List<Sample> samples = samples(scenario.pushes(), keys);
    List<Sample> behindEnd = samples(scenario.behindEnd(), keys);
    Map<Sample, Long> late = new IdentityHashMap<>();
    // Real machines may be late with anything; the service tells whether they were, not with what.
    (number(export, "lateSamples") == 0 ? behindEnd : both(samples, behindEnd))
        .forEach(one -> late.put(one, Long.MAX_VALUE));
    Outcome outcome = new Outcome(scenario, testRunId, asked(), both(samples, behindEnd), late, status(export),
        report(export), times, receiver.content().get(), receiver.violations().get(), wire);
    return new Judgement(outcome).faults().stream()
        .map(fault -> "seed %d, %s: %s".formatted(scenario.seed(), scenario.kind().title, fault)).toList();
  }

  /** The service asks for the largest of these that divides the rate; the made-up run has its own. */
  private int asked() {
    return IntStream.of(3, 2, 1).filter(period -> scenario.wish().resampleRate() % period == 0).findFirst()
        .orElseThrow();
  }

  /** What became of this run in a line. */
  public String told(JsonNode export) {
    return "%-24s late %d, behind the end %d, %s, %s%s".formatted(scenario.kind().title, number(export, "lateSamples"),
        scenario.behindEnd().size(), scenario.version(), report(export).toString().replaceFirst("refusals=.*", ""),
        wire.met());
  }

  private static List<Sample> both(List<Sample> some, List<Sample> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  /**
   * What the log holds of pushes: of one that came twice, once.
   *
   * @param keys of the pushes that came before; those of these are added
   */
  private static List<Sample> samples(List<Scenario.LogPush> pushes, Set<String> keys) {
    return pushes.stream().filter(push -> keys.add(key(push)))
        .flatMap(push -> push.push().samples().stream()).toList();
  }

  /** The service does not tell how its samples were counted. */
  private static ExportStatus status(JsonNode export) {
    JsonMapper json = JsonMapper.shared();
    return new ExportStatus(ExportStatus.State.DONE, export.path("effectiveResampleRate").asInt(),
        json.treeToValue(export.path("windows"), ExportStatus.Windows.class),
        json.treeToValue(export.path("points"), ExportStatus.Points.class),
        new ExportStatus.Samples(0, 0, 0, 0, 0, Map.of()), 0, null, List.of());
  }

  private static ReconciliationReport report(JsonNode export) {
    JsonNode report = export.path("reconciliation");
    List<ReconciliationReport.Refusal> refusals = new ArrayList<>();
    report.path("refusals").forEach(row -> refusals
        .add(JsonMapper.shared().treeToValue(row, ReconciliationReport.Refusal.class)));
    return new ReconciliationReport(report.path("revision").asInt(), report.path("exact").asBoolean(),
        report.path("reason").asString(null), number(report, "expected"), number(report, "asExpected"),
        number(report, "filled"), number(report, "corrected"), number(report, "refused"), number(report, "pending"),
        refusals);
  }

  private static long number(JsonNode of, String name) {
    if (!of.path(name).isNumber()) { throw new AssertionError(name + " is not in " + of); }
    return of.path(name).asLong();
  }

  @Override
  public void close() throws Exception {
    http.close();
    wire.close();
    receiver.close();
  }
}
