package dev.apmexport.api.provisioning;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.apmexport.store.loadtest.LoadTest;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A load test as k6's v6 client reads it, which wants every one of these keys. */
record LoadTestView(long id, @JsonProperty("project_id") long projectId, String name,
    @JsonProperty("baseline_test_run_id") @Nullable Long baselineTestRunId, Instant created, Instant updated) {

  /** A page of them. */
  record Page(List<LoadTestView> value) {}

  static LoadTestView of(LoadTest test) {
    return new LoadTestView(test.id(), test.projectId(), test.name(), null, test.createdAt(), test.createdAt());
  }
}
