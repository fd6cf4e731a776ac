package dev.apmexport.store.run;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.store.tenant.TenantId;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One execution of a load test. */
@Entity
public class TestRun {
  private static final JsonMapper JSON = JsonMapper.shared();

  @Id
  @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "test_run_id")
  @SequenceGenerator(name = "test_run_id", sequenceName = "test_run_id", allocationSize = 1)
  private @Nullable Long id;
  private long tenantId;
  private String name = "";
  private @Nullable String createKey;
  private String state = "created";
  private String settings = "{}";
  private String options = "{}";
  private @Nullable String profile;
  private @Nullable String outcome;
  private Instant createdAt = Instant.EPOCH;

  protected TestRun() {}

  TestRun(TenantId tenant, String name, @Nullable String createKey, String options, @Nullable String profile,
      Instant createdAt) {
    this.tenantId = tenant.value();
    this.name = storable(name);
    this.createKey = createKey;
    this.options = options;
    this.profile = profile;
    this.createdAt = createdAt;
  }

  /** PostgreSQL's text may not hold U+0000. */
  static String storable(String text) {
    return text.replace('\0', '\uFFFD');
  }

  public long id() {
    if (id == null) { throw new IllegalStateException("The run " + name + " is not stored yet."); }
    return id;
  }

  public TenantId tenant() {
    return new TenantId(tenantId);
  }

  public String name() {
    return name;
  }

  /** One of created, running, finishing, finished, aborted. */
  public String state() {
    return state;
  }

  /** What its exports go by, fixed at creation. */
  public RunSettings settings() {
    return JSON.readValue(settings, RunSettings.class);
  }

  void fix(RunSettings fixed) {
    settings = JSON.writeValueAsString(fixed);
  }

  /** The profile that its apm list was taken from; null if it brought its own or has none. */
  public @Nullable String profile() {
    return profile;
  }

  /** The number of k6's project that it belongs to; null if it said none. */
  public @Nullable Long project() {
    JsonNode project = JSON.readTree(options).path(ScriptOptions.PROJECT);
    return project.isIntegralNumber() ? project.asLong() : null;
  }

  /** What k6 said when it closed the run, as JSON; null while it has not. */
  public @Nullable String outcome() {
    return outcome;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public boolean isOver() {
    return state.equals("finished") || state.equals("aborted");
  }
}
