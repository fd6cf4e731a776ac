package dev.apmexport.api.replay;

import dev.apmexport.api.tenant.Fields;
import dev.apmexport.store.replay.ReplayRequest;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Describes what makes a replay; the body itself is read by hand, so that all faults are told. */
@Schema(example = """
    {"testRunId": "100001", "mode": "difference", "dryRun": true}""")
record NewReplay(@Schema(requiredMode = Schema.RequiredMode.REQUIRED) String testRunId,
    @Schema(requiredMode = Schema.RequiredMode.REQUIRED, allowableValues = {
        "difference",
        "everything"}, description = "The points that were not accepted with the right value, or all. All, to where points of "
            + "the run went before: one that was sent with another value then is told as refused, since the destination may "
            + "have kept that value, unless the block has a queryURL and it is read back.") String mode,
    @Schema(description = "Which apm block of the run, from 0; else all that are enabled.") @Nullable Integer exportIndex,
    @Schema(description = "The first time of a point; else the run's beginning.") @Nullable Instant from,
    @Schema(description = "The first time after the last point; else the run's end.") @Nullable Instant to,
    @Schema(description = "Only tell what would be sent, and of everything how much is too old for the destination.") @Nullable Boolean dryRun,
    @Schema(description = "An apm block with its secrets, for another destination. What it does not say of the metrics is as "
        + "in the run's own block.") @Nullable Map<String, Object> destination) {
  private static final String RUN = "testRunId";
  private static final String MODE = "mode";
  private static final int MOST_BLOCKS = 50;

  /** What a request wants, of a run that is yet to be found. */
  record Asked(long testRunId, ReplayRequest request) {}

  static Asked read(JsonNode body) {
    Fields fields = new Fields(body,
        List.of(RUN, MODE, "exportIndex", "from", "to", "dryRun", "destination"));
    for (String field : List.of(RUN, MODE)) {
      if (!fields.has(field)) {
        fields.fault(field, "is missing.");
      }
    }
    Long run = fields.id(RUN);
    ReplayRequest.Mode mode = fields.oneOf(MODE, ReplayRequest.Mode.values());
    Instant from = fields.time("from");
    Instant to = fields.time("to");
    if (from != null && to != null && !from.isBefore(to)) {
      fields.fault("to", "must be after from.");
    }
    Integer index = fields.number("exportIndex", 0, MOST_BLOCKS - 1);
    boolean dryRun = fields.flag("dryRun");
    var destination = fields.object("destination");
    fields.check();
    return new Asked(Objects.requireNonNull(run), new ReplayRequest(Objects.requireNonNull(mode), index,
        from == null ? null : from.toEpochMilli(), to == null ? null : to.toEpochMilli(), destination, dryRun));
  }
}
