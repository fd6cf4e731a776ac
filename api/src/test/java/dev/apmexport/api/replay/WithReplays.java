package dev.apmexport.api.replay;

import dev.apmexport.api.WithApi;
import dev.apmexport.store.tenant.TenantId;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.BeforeEach;

/** A tenant with an ended run, and a way to ask for replays of it. */
abstract class WithReplays extends WithApi {
  static final String REPLAYS = "/api/v1/replays";
  static final String BLOCK = block("https://one.example.com/w",
      "\"metrics\":[\"checks\",\"my_errors\"],\"resampleRate\":6");

  TenantId us = new TenantId(0);
  String run = "";

  @BeforeEach
  void settle() {
    us = newTenant();
    token = tokenOf(us);
    run = ended("{\"cloud\":{\"apm\":[" + BLOCK + "," + BLOCK.replace("one.", "two.") + "]}}");
  }

  static String block(String url, String more) {
    return "{\"provider\":\"prometheus\",\"remoteWriteURL\":\"" + url
        + "\",\"credentials\":{\"token\":\"canary-1\"}," + more + "}";
  }

  /** A run that has data and is over, as a worker would have left it. */
  String ended(String options) {
    String made = post("/api/v1/test-runs", "{\"name\":\"checkout\",\"options\":" + options + "}").at("/id");
    push("/v2/metrics/" + made, pushOf(made, samples()));
    send(request("/api/v1/test-runs/" + made + "/finish").POST(BodyPublishers.noBody()));
    long id = Long.parseLong(made);
    jdbc.sql("update export set state = 'done', reconciled_seq = 2 where test_run_id = ? and state <> 'disabled'")
        .param(id).update();
    jdbc.sql("update test_run set state = 'finished' where id = ?").param(id).update();
    return made;
  }

  /** Asks for a replay of the run; {@code more} are further fields. */
  Answer ask(String mode, String more) {
    return post(REPLAYS, "{\"testRunId\":\"" + run + "\",\"mode\":\"" + mode + "\"" + more + "}");
  }

  long secretsOf(String replay) {
    return jdbc.sql("""
        select count(*) from secret s join export e on s.owner = 'export/' || e.id where e.replay_id = ?""")
        .param(Long.parseLong(replay)).query(Long.class).single();
  }
}
