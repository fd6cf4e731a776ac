package dev.apmexport.api.provisioning;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.apmexport.store.loadtest.LocalExecutions.LocalExecution;
import dev.apmexport.store.run.RunStates;
import dev.apmexport.store.run.TestRun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A test run as k6's v6 client reads it, which wants every one of these keys. It waits until the status is
 * {@code initializing}, so that is what a run is for it as long as it is not over; {@code running} would make it wait
 * for ever.
 */
record TestRunView(long id, @JsonProperty("test_id") long testId, @JsonProperty("project_id") long projectId,
    @JsonProperty("started_by") @Nullable String startedBy, Instant created, @Nullable Instant ended, String note,
    @JsonProperty("retention_expiry") @Nullable Instant retentionExpiry, @Nullable Map<String, Object> cost,
    String status, @JsonProperty("status_details") Status statusDetails,
    @JsonProperty("status_history") List<Status> statusHistory, List<Map<String, Object>> distribution,
    @Nullable String result, @JsonProperty("result_details") @Nullable Map<String, Object> resultDetails,
    Map<String, Object> options, @JsonProperty("k6_dependencies") Map<String, String> k6Dependencies,
    @JsonProperty("k6_versions") Map<String, String> k6Versions, @JsonProperty("max_vus") int maxVUs,
    @JsonProperty("max_browser_vus") int maxBrowserVUs, @JsonProperty("estimated_duration") int estimatedDuration,
    @JsonProperty("execution_duration") long executionDuration, @JsonProperty("is_starred") boolean isStarred) {

  /** A status, since when, and where it wants a reason, that. */
  record Status(String type, Instant entered, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Extra extra) {}

  /** k6 wants all of the three, and prints the message. */
  record Extra(@JsonProperty("by_user") @Nullable String byUser, String message, @Nullable Integer code) {}

  /** @param ended when the run was closed; null while it is not */
  static TestRunView of(TestRun run, LocalExecution execution, @Nullable Instant ended) {
    List<Status> history = history(run, ended);
    Status now = history.getLast();
    return new TestRunView(run.id(), execution.loadTestId(), execution.projectId(), null, run.createdAt(), ended, "",
        null, null, now.type, now, history, List.of(), null, null, Map.of(), Map.of(), Map.of(), execution.maxVUs(), 0,
        execution.totalSeconds(), ended == null ? 0 : Duration.between(run.createdAt(), ended).toSeconds(), false);
  }

  private static List<Status> history(TestRun run, @Nullable Instant ended) {
    List<Status> history = new ArrayList<>(List.of(new Status("created", run.createdAt(), null),
        new Status("initializing", run.createdAt(), null)));
    if (ended != null) {
      history.add(RunStates.isAborted(run.outcome())
          ? new Status("aborted", ended, new Extra(null, Outcome.reason(run.outcome()), null))
          : new Status("completed", ended, null));
    }
    return history;
  }
}
