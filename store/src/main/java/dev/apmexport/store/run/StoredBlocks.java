package dev.apmexport.store.run;

import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.config.ExportConfig;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.secret.BlockSecrets;
import dev.apmexport.store.secret.SecretStore;
import dev.apmexport.store.secret.SecretsUnavailable;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The blocks of exports, whose secrets are stored apart. */
final class StoredBlocks {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final JdbcClient jdbc;
  private final SecretStore secrets;

  StoredBlocks(JdbcClient jdbc, SecretStore secrets) {
    this.jdbc = jdbc;
    this.secrets = secrets;
  }

  void keep(TestRun run, RunExport export, Map<String, Secret> taken) {
    secrets.put(run.tenant(), owner(export), taken);
  }

  /**
   * What an export does, with its secrets; it was free of errors when the run was made.
   *
   * @throws SecretsUnavailable if the secrets are gone or do not open, or if this version does not read the block
   */
  ExportConfig open(TestRun run, RunExport export) {
    ObjectNode block = (ObjectNode) JSON.readTree(export.config());
    Map<String, Secret> stored = secrets.get(run.tenant(), owner(export));
    if (!stored.keySet().containsAll(BlockSecrets.missingFrom(block))) { throw withoutSecrets(run); }
    BlockSecrets.putInto(block, stored);
    ApmBlock read = ApmBlocks.readBlock(export.index(), block);
    ExportConfig config = read.config();
    if (config == null) { throw ExportUnavailable.unreadable(read.problems()); }
    return config;
  }

  /** As they are stored, by their paths. */
  Map<String, Secret> secrets(TestRun run, RunExport export) {
    return secrets.get(run.tenant(), owner(export));
  }

  private ExportUnavailable withoutSecrets(TestRun run) {
    String fate = jdbc.sql("select secrets from test_run where id = ?").param(run.id()).query(String.class).single();
    return fate.equals("deleted") ? ExportUnavailable.secretsDeleted() : ExportUnavailable.secretsGone();
  }

  private static String owner(RunExport export) {
    return "export/" + export.id();
  }
}
