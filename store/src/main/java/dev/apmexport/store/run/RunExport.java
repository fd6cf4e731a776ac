package dev.apmexport.store.run;

import dev.apmexport.exporter.ExportStatus;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlocks;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** One apm block of a run, and how far its export is. */
@Entity
@Table(name = "export")
public class RunExport {
  private static final JsonMapper JSON = JsonMapper.shared();

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

  protected RunExport() {}

  /** @param config the block as it was written, with {@code ***} in place of its secrets */
  RunExport(long testRunId, int index, String provider, boolean enabled, String config, List<Problem> problems) {
    this.testRunId = testRunId;
    this.index = index;
    this.provider = provider.replace('\0', '\uFFFD'); // which PostgreSQL's text may not hold
    this.state = enabled ? "live" : "disabled";
    this.config = config;
    this.problems = JSON.writeValueAsString(problems);
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

  String config() {
    return config;
  }

  /** What was wrong with the block, and what the run's data have shown since. */
  public List<Problem> problems() {
    List<Problem> all = new ArrayList<>(JSON.readValue(problems, new TypeReference<List<Problem>>() {}));
    ExportStatus known = status();
    if (known != null) {
      warnOfRate(known.effectiveResampleRate(), all);
      known.samples().refusals().forEach((reason, samples) -> all
          .add(Problem.warning("samples", samples + " samples were refused: " + reason.sentence() + ".")));
    }
    return all;
  }

  private void warnOfRate(int effective, List<Problem> all) {
    int wished = JSON.readTree(config).path("resampleRate").asInt(ApmBlocks.DEFAULT_RATE);
    if (effective != wished) {
      all.add(Problem.warning("apm[" + index + "].resampleRate",
          "is " + wished + " s, but k6 sent buckets that do not divide it; "
              + effective + " s are used for this run."));
    }
  }

  /** How far the export was when its worker last said so; null before the first word. */
  public @Nullable ExportStatus status() {
    return status == null ? null : JSON.readValue(status, ExportStatus.class);
  }
}
