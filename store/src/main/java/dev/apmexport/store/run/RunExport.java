package dev.apmexport.store.run;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.metric.Refusal;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One apm block of a run, and how far its export is. */
@Entity
@Table(name = "export")
public class RunExport {
  private static final JsonMapper JSON = JsonMapper.shared();
  /** Where problems of the whole run's data stand. */
  private static final String SAMPLES = "samples";
  private static final String REGION = "region";
  private static final List<String> DESTINATIONS = List.of("remoteWriteURL", "apiURL", REGION);

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;
  private long testRunId;
  private int index;
  private String provider = "";
  private String state = "live";
  private String config = "{}";
  private String problems = "[]";
  private @Nullable String status;
  private boolean shared;
  private boolean reconcile = true;
  private @Nullable Long replayId;

  protected RunExport() {}

  /**
   * @param config the block as it was written, with {@code ***} in place of its secrets
   * @param shared whether another run that is not over may write the same series to the same destination
   */
  RunExport(long testRunId, ApmBlock block, String config, boolean shared) {
    this.testRunId = testRunId;
    this.index = block.index();
    this.provider = TestRun.storable(block.provider());
    this.state = block.enabled() ? "live" : "disabled";
    this.config = config;
    this.problems = JSON.writeValueAsString(block.problems());
    this.shared = shared;
    ExportConfig wanted = block.config();
    this.reconcile = wanted == null || wanted.reconcile();
  }

  /** What a replay exports to, with a ledger of its own; the run does not have it among its exports. */
  static RunExport ofReplay(long replayId, long testRunId, ApmBlock block, String config, boolean shared) {
    RunExport export = new RunExport(testRunId, block, config, shared);
    export.replayId = replayId;
    return export;
  }

  public long id() {
    if (id == null) {
      throw new IllegalStateException("Export " + index + " of run " + testRunId + " is not stored yet.");
    }
    return id;
  }

  public long testRunId() {
    return testRunId;
  }

  public int index() {
    return index;
  }

  public String provider() {
    return provider;
  }

  /** One of disabled, live, behind, paused, reconciling, done, gaveUp. */
  public String state() {
    return state;
  }

  public boolean isDisabled() {
    return state.equals("disabled");
  }

  /** Whether its pass over the ended run has been made, and none is under way. */
  public boolean isSettled() {
    return state.equals("done") || state.equals("gaveUp");
  }

  /** Whether another run that was not over may write, or have written, the same series to the same destination. */
  public boolean isShared() {
    return shared;
  }

  String config() {
    return config;
  }

  /** Where its points go as far as the block may show it: an address or a region, or null where it names neither. */
  public @Nullable String destination() {
    JsonNode block = JSON.readTree(config);
    return DESTINATIONS.stream().filter(block::has).findFirst()
        .map(key -> (key.equals(REGION) ? "region " : "") + block.path(key).asString("")).orElse(null);
  }

  /** The replay that it belongs to; null for one of the run's own. */
  public @Nullable Long replayId() {
    return replayId;
  }

  /** What was wrong with the block, and what the run's data have shown since. */
  public List<Problem> problems() {
    List<Problem> all = new ArrayList<>(JSON.readValue(problems, new TypeReference<List<Problem>>() {}));
    warnOfSharing(all);
    ExportStatus known = status();
    if (known != null) {
      warnOfRate(known.effectiveResampleRate(), all);
      List<Problem> shown = Objects.requireNonNullElse(known.warnings(), List.of()); // earlier versions stored none
      boolean limitTold = shown.stream().anyMatch(problem -> problem.path().equals(SAMPLES));
      known.samples().refusals().forEach((reason, samples) -> {
        if (reason != Refusal.TOO_MANY_SERIES || !limitTold) {
          all.add(Problem.warning(SAMPLES, samples + " samples were refused: " + reason.sentence() + "."));
        }
      });
      all.addAll(shown);
    }
    return all.stream().distinct().toList();
  }

  /** A run that was made later has found this one; one that was made before is in the block's own problems. */
  private void warnOfSharing(List<Problem> all) {
    String place = "apm[" + index + "].includeTestRunId";
    if (shared && all.stream().noneMatch(problem -> problem.path().equals(place))) {
      all.add(Problem.warning(place, "a run that was made later writes the same series to the same destination; set "
          + "includeTestRunId: true, so that each run has series of its own."));
    }
  }

  private void warnOfRate(int effective, List<Problem> all) {
    int wished = wishedRate();
    if (effective != wished) {
      all.add(Problem.warning("apm[" + index + "].resampleRate",
          "is " + wished + " s, but k6 sent buckets that do not divide it; "
              + effective + " s are used for this run."));
    }
  }

  private int wishedRate() {
    return ApmBlocks.resampleRate(JSON.readTree(config));
  }

  /** How far the export was when its worker last said so; null before the first word. */
  public @Nullable ExportStatus status() {
    return status == null ? null : JSON.readValue(status, ExportStatus.class);
  }

  /** How far it is, now that it cannot go on for this reason. */
  public ExportStatus pausedBecause(String reason) {
    ExportStatus last = status();
    if (last == null) {
      last = new ExportStatus(ExportStatus.State.PAUSED, wishedRate(), new ExportStatus.Windows(0, 0, 0),
          new ExportStatus.Points(0, 0, 0), new ExportStatus.Samples(0, 0, 0, 0, 0, Map.of()), 0, reason, List.of());
    }
    return new ExportStatus(ExportStatus.State.PAUSED, last.effectiveResampleRate(), last.windows(), last.points(),
        last.samples(), last.lagSeconds(), reason, last.warnings());
  }
}
