package dev.apmexport.api.run;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Describes what makes a run; the body itself is read by hand, so that each fault has its own sentence. */
@Schema(example = """
    {"name": "checkout", "profile": "nightly", "options": {"thresholds": {"http_req_failed": ["rate<0.01"]}}}""")
record NewRun(@Schema(requiredMode = Schema.RequiredMode.REQUIRED) String name,
    @Schema(description = "The script's options, as \"k6 inspect\" prints them.") @Nullable Map<String, Object> options,
    @Schema(description = "A stored profile, for options without apm blocks.") @Nullable String profile,
    @Schema(description = "How many load generators will push to this run. Its first points wait until all were heard of, "
        + "or as long as one may be silent; without it, where load generators have names, as long as that.") @Nullable Integer generators) {}
