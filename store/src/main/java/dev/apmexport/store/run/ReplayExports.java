package dev.apmexport.store.run;

import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.secret.BlockSecrets;
import dev.apmexport.store.secret.SecretStore;
import dev.apmexport.store.secret.SecretsUnavailable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What replays export to: exports that are not among the run's, each with a copy of the secrets and a ledger of its own.
 */
public final class ReplayExports {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final RunExportRepository exports;
  private final JdbcClient jdbc;
  private final StoredBlocks stored;

  public ReplayExports(RunExportRepository exports, JdbcClient jdbc, SecretStore secrets) {
    this.exports = exports;
    this.jdbc = jdbc;
    this.stored = new StoredBlocks(jdbc, secrets);
  }

  /** The exports of a run, in the order of their blocks. */
  public List<RunExport> of(TestRun run) {
    return exports.findByTestRunIdOrderByIndex(run.id());
  }

  /**
   * What an export does.
   *
   * @throws SecretsUnavailable if that cannot be told
   */
  public ExportConfig open(TestRun run, RunExport export) {
    return stored.open(run, export);
  }

  /** The block of an export as it was written, with {@code ***} in place of its secrets. */
  public static ObjectNode written(RunExport export) {
    return (ObjectNode) JSON.readTree(export.config());
  }

  /**
   * Makes an export that goes where one of the run's went.
   *
   * @throws SecretsUnavailable if its secrets are not to be had
   */
  public RunExport copy(TestRun run, RunExport original, long replayId) {
    ExportConfig config = stored.open(run, original);
    return save(run, RunExport.ofReplay(replayId, run.id(), new ApmBlock(original.index(), original.provider(), config,
        List.of()), original.config(), original.isShared()), stored.secrets(run, original));
  }

  /**
   * Makes an export that goes elsewhere.
   *
   * @param block what was read of it, without errors
   * @param written with its secrets, which are taken out
   */
  public RunExport make(TestRun run, ApmBlock block, ObjectNode written, long replayId) {
    ObjectNode masked = written.deepCopy();
    Map<String, Secret> taken = BlockSecrets.takeFrom(masked);
    return save(run, RunExport.ofReplay(replayId, run.id(), block, masked.toString(), false), taken);
  }

  private RunExport save(TestRun run, RunExport export, Map<String, Secret> secrets) {
    RunExport saved = exports.saveAndFlush(export);
    stored.keep(run, saved, secrets);
    return saved;
  }

  /**
   * The export of an earlier replay that sent the whole run, as its log is now, to the place and by the rules that are
   * given: what it sent is known, so that a difference to it can be told. Null if there is none.
   */
  public @Nullable RunExport earlier(TestRun run, int index, ExportConfig config) {
    return jdbc.sql("""
        select e.id from export e join replay r on r.id = e.replay_id
          join replay_part p on p.replay_id = r.id and p.export_id = e.id
          join run_head h on h.test_run_id = e.test_run_id and h.next_seq = e.reconciled_seq
        where e.test_run_id = ? and e.index = ? and p.state in ('done', 'gaveUp') and r.elsewhere and not r.dry_run
          and r.from_millis is null and r.to_millis is null
        order by e.id desc""").params(run.id(), index).query(Long.class).list().stream()
        .map(id -> exports.findById(id).orElseThrow()).filter(export -> isSame(run, export, config)).findFirst()
        .orElse(null);
  }

  private boolean isSame(TestRun run, RunExport export, ExportConfig wanted) {
    try {
      ExportConfig known = stored.open(run, export);
      return known.sink().sharesDestinationWith(wanted.sink()) && known.normalized().equals(wanted.normalized());
    } catch (SecretsUnavailable e) {
      return false; // nobody can say that it is the same place
    }
  }
}
