package dev.apmexport.api.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.apmexport.api.WithApi;
import dev.apmexport.db.TestPostgres;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The line to the database is cut under load, as when it restarts. */
class DatabaseAwayTest extends WithApi {
  private static final TestPostgres.Database DATABASE = TestPostgres.freshDatabase();
  private static final URI REAL = URI.create(DATABASE.url().substring("jdbc:".length()));
  private static final Proxy LINE = new Proxy(REAL.getPort());

  @DynamicPropertySource
  static void line(DynamicPropertyRegistry settings) {
    settings.add("spring.datasource.url", () -> "jdbc:postgresql://localhost:" + LINE.port() + REAL.getPath());
  }

  @Autowired
  private DataSource pool;

  @Test
  void pushes_are_held_while_the_database_is_away_and_nothing_is_lost() throws Exception {
    assertThat(pool.unwrap(HikariDataSource.class).getJdbcUrl()).contains(":" + LINE.port() + "/");
    String run = newRun();
    byte[] body = pushOf(run, samples());
    List<Future<Answer>> pushes = new ArrayList<>();
    List<Future<Answer>> others = new ArrayList<>();
    try (ExecutorService senders = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < 200; i++) {
        String key = "push-" + i;
        pushes.add(senders.submit(() -> push("/v2/metrics/" + run, body, "K6-Idempotency-Key", key)));
      }
      pushes.get(50).get(120, TimeUnit.SECONDS);
      LINE.cut();
      others.add(senders.submit(() -> post("/v1/tests", "{\"name\":\"while away\"}", "K6-Idempotency-Key", "away")));
      others.add(senders.submit(() -> get("/api/v1/test-runs/" + run)));
      Thread.startVirtualThread(() -> {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
        LINE.mend();
      });
      for (Future<Answer> push : pushes) {
        assertThat(push.get(120, TimeUnit.SECONDS).status()).as(push.get().text()).isBetween(200, 299);
      }
      for (Future<Answer> other : others) {
        assertThat(other.get(120, TimeUnit.SECONDS).status()).as(other.get().text()).isEqualTo(200);
      }
    }
    assertThat(records(run)).isEqualTo(200);
    assertThat(post("/v1/tests/" + run, "{}").status()).isEqualTo(200);
  }
}
