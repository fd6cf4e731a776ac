package dev.apmexport.store.run;

import dev.apmexport.exporter.RunSettings;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.secret.BlockSecrets;
import dev.apmexport.store.secret.Vault;
import dev.apmexport.store.tenant.Tenant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
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
  private final Vault vault;
  private final TransactionTemplate transaction;
  private final InstantSource clock;

  public Runs(TestRunRepository runs, RunExportRepository exports, JdbcClient jdbc, Vault vault,
      PlatformTransactionManager transactions, InstantSource clock) {
    this.runs = runs;
    this.exports = exports;
    this.jdbc = jdbc;
    this.vault = vault;
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
   */
  public Created create(Tenant tenant, String name, @Nullable String createKey, JsonNode options) {
    return known(tenant, createKey).orElseGet(() -> {
      try {
        return Objects.requireNonNull(transaction.execute(_ -> make(tenant, name, createKey, options)));
      } catch (DataIntegrityViolationException e) {
        return known(tenant, createKey).orElseThrow(() -> e); // made in the meantime by another try
      }
    });
  }

  private Optional<Created> known(Tenant tenant, @Nullable String createKey) {
    return createKey == null ? Optional.empty() : runs.findByTenantIdAndCreateKey(tenant.id().value(), createKey)
        .map(run -> new Created(run, exports.findByTestRunIdOrderByIndex(run.id())));
  }

  private Created make(Tenant tenant, String name, @Nullable String createKey, JsonNode options) {
    JsonNode apm = ApmBlocks.find(options);
    List<ApmBlock> blocks = ApmBlocks.read(apm);
    TestRun run = runs.saveAndFlush(new TestRun(tenant.id(), name, createKey, kept(options),
        clock.instant().truncatedTo(ChronoUnit.MICROS))); // as the database keeps it
    run.fix(
        new RunSettings(Long.toString(run.id()), period(blocks), tenant.inputSeriesLimit(), tenant.outputSeriesLimit(),
            RunSettings.FOLD_VERSION));
    jdbc.sql("insert into run_head (test_run_id) values (?)").param(run.id()).update();
    return new Created(run, blocks.stream().map(block -> export(run, block, apm.path(block.index()))).toList());
  }

  /** Thresholds are all that is needed of the options later; anything else may hold keys and passwords. */
  private static String kept(JsonNode options) {
    ObjectNode kept = JSON.createObjectNode();
    kept.set("thresholds",
        options.path("thresholds").isObject() ? options.path("thresholds") : JSON.createObjectNode());
    return kept.toString();
  }

  private RunExport export(TestRun run, ApmBlock block, JsonNode written) {
    ObjectNode config = written instanceof ObjectNode object ? object.deepCopy() : JSON.createObjectNode();
    Map<String, Secret> secrets = BlockSecrets.takeFrom(config);
    RunExport export = exports.saveAndFlush(new RunExport(run.id(), block.index(), block.provider(), block.enabled(),
        config.toString(), block.problems()));
    if (block.enabled()) {
      secrets.forEach((path, secret) -> jdbc
          .sql("insert into export_secret (export_id, path, key_id, ciphertext) values (?, ?, ?, ?)")
          .params(export.id(), path, Vault.KEY_ID, vault.seal(owner(export, path), secret.reveal())).update());
    }
    return export;
  }

  /** The largest of 3, 2 and 1 s that divides every export's rate, so that no window has to split a bucket. */
  static int period(List<ApmBlock> blocks) {
    return IntStream.of(PERIODS).filter(period -> blocks.stream().map(ApmBlock::config)
        .allMatch(config -> config == null || config.resampleRate() % period == 0)).findFirst().orElseThrow();
  }

  /** What an export does, with its secrets; it was free of errors when the run was made. */
  public ExportConfig open(RunExport export) {
    ObjectNode block = (ObjectNode) JSON.readTree(export.config());
    Map<String, Secret> secrets = new LinkedHashMap<>();
    jdbc.sql("select path, ciphertext from export_secret where export_id = ?").param(export.id()).query(row -> {
      String path = row.getString("path");
      secrets.put(path, new Secret(vault.open(owner(export, path), row.getBytes("ciphertext"))));
    });
    BlockSecrets.putInto(block, secrets);
    ExportConfig config = ApmBlocks.readBlock(export.index(), block).config();
    if (config == null) {
      throw new IllegalStateException(
          "Export " + export.index() + " of run " + export.testRunId() + " cannot be opened.");
    }
    return config;
  }

  private static String owner(RunExport export, String path) {
    return "export|" + export.id() + "|" + path;
  }
}
