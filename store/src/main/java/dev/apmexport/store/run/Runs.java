package dev.apmexport.store.run;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.profile.Profiles;
import dev.apmexport.store.secret.BlockSecrets;
import dev.apmexport.store.secret.SecretStore;
import dev.apmexport.store.secret.SecretsUnavailable;
import dev.apmexport.store.tenant.Tenant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Making runs, and opening their exports with their secrets. */
public final class Runs {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int[] PERIODS = {3, 2, 1};

  private final TestRunRepository runs;
  private final RunExportRepository exports;
  private final JdbcClient jdbc;
  private final StoredBlocks stored;
  private final Profiles profiles;
  private final SharedDestinations shared;
  private final TransactionTemplate transaction;
  private final InstantSource clock;

  public Runs(TestRunRepository runs, RunExportRepository exports, JdbcClient jdbc, SecretStore secrets,
      Profiles profiles, PlatformTransactionManager transactions, InstantSource clock) {
    this.runs = runs;
    this.exports = exports;
    this.jdbc = jdbc;
    this.stored = new StoredBlocks(jdbc, secrets);
    this.profiles = profiles;
    this.shared = new SharedDestinations(exports, jdbc, this::open);
    this.transaction = new TransactionTemplate(transactions);
    this.clock = clock;
  }

  /** A run with its exports. */
  public record Created(TestRun run, List<RunExport> exports) {}

  /**
   * Makes a run, or finds the one that was made with the same key. A mistake in an apm block disables that block and
   * nothing else.
   *
   * @param createKey the same for every try to create the same run; null if the sender has none
   * @param options the script's options; whatever of them is secret is kept apart
   * @param profile whose apm list the run takes if the options have none and the profile is known; may be null
   * @param generators how many load generators will push; null if nobody says
   */
  public Created create(Tenant tenant, String name, @Nullable String createKey, JsonNode options,
      @Nullable String profile, @Nullable Integer generators) {
    return known(tenant, createKey).orElseGet(() -> {
      try {
        return Objects
            .requireNonNull(transaction.execute(_ -> make(tenant, name, createKey, options, profile, generators)));
      } catch (DataIntegrityViolationException e) {
        return known(tenant, createKey).orElseThrow(() -> e); // made in the meantime by another try
      }
    });
  }

  /** The same where nobody says how many load generators there are. */
  public Created create(Tenant tenant, String name, @Nullable String createKey, JsonNode options,
      @Nullable String profile) {
    return create(tenant, name, createKey, options, profile, null);
  }

  /** The same without a profile. */
  public Created create(Tenant tenant, String name, @Nullable String createKey, JsonNode options) {
    return create(tenant, name, createKey, options, null);
  }

  private Optional<Created> known(Tenant tenant, @Nullable String createKey) {
    return createKey == null ? Optional.empty() : runs.findByTenantIdAndCreateKey(tenant.id().value(), createKey)
        .map(run -> new Created(run, exports.findByTestRunIdOrderByIndex(run.id())));
  }

  /** The blocks of a run, and the profile they are from. */
  private record Source(Profiles.Opened apm, @Nullable String profile) {}

  private Source source(Tenant tenant, JsonNode options, @Nullable String profile) {
    if (profile != null && !ScriptOptions.haveBlocks(options)) {
      Optional<Profiles.Opened> opened = profiles.open(tenant.id(), profile);
      if (opened.isPresent()) { return new Source(opened.get(), profile); }
    }
    JsonNode own = ApmBlocks.find(options);
    return new Source(new Profiles.Opened(own, ApmBlocks.read(own)), null);
  }

  private Created make(Tenant tenant, String name, @Nullable String createKey, JsonNode options,
      @Nullable String profile, @Nullable Integer generators) {
    Source source = source(tenant, options, profile);
    List<ApmBlock> blocks = tenant.admit(source.apm.blocks());
    TestRun run = runs
        .saveAndFlush(new TestRun(tenant.id(), name, createKey, ScriptOptions.kept(options), source.profile,
            clock.instant().truncatedTo(ChronoUnit.MICROS))); // as the database keeps it
    run.fix(
        new RunSettings(Long.toString(run.id()), period(blocks), tenant.inputSeriesLimit(), tenant.outputSeriesLimit(),
            RunSettings.FOLD_VERSION, generators));
    jdbc.sql("insert into run_head (test_run_id, bytes_limit) select ?, run_bytes_limit from tenant where id = ?")
        .params(run.id(), tenant.id().value()).update();
    if (ScriptOptions.haveThresholds(options)) {
      jdbc.sql("insert into run_threshold (test_run_id) values (?)").param(run.id()).update();
    }
    if (ScriptOptions.deleteSecrets(options)) {
      jdbc.sql("update test_run set secrets = 'delete' where id = ?").param(run.id()).update();
    }
    SharedDestinations.Found found = shared.mark(run, blocks);
    return new Created(run, blocks.stream()
        .map(block -> export(run, block, source.apm.apm().path(block.index()), found)).toList());
  }

  private RunExport export(TestRun run, ApmBlock block, JsonNode written, SharedDestinations.Found found) {
    ObjectNode config = written instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
    Map<String, Secret> taken = BlockSecrets.takeFrom(config);
    RunExport export = exports.saveAndFlush(new RunExport(run.id(), found.warned(block), config.toString(),
        found.isShared(block)));
    if (block.enabled()) {
      stored.keep(run, export, taken);
    }
    return export;
  }

  /** The largest of 3, 2 and 1 s that divides every export's rate, so that no window has to split a bucket. */
  static int period(List<ApmBlock> blocks) {
    return IntStream.of(PERIODS).filter(period -> blocks.stream().map(ApmBlock::config)
        .allMatch(config -> config == null || config.resampleRate() % period == 0)).findFirst().orElseThrow();
  }

  /**
   * What an export does, with its secrets; it was free of errors when the run was made.
   *
   * @throws SecretsUnavailable if the secrets are gone or do not open, or if this version does not read the block
   */
  public ExportConfig open(RunExport export) {
    return stored.open(runs.findById(export.testRunId()).orElseThrow(), export);
  }
}
