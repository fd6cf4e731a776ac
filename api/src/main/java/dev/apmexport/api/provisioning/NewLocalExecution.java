package dev.apmexport.api.provisioning;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Describes what is read of that with which k6 starts a run. */
@Schema(example = """
    {"options": {"thresholds": {"http_req_failed": ["rate<0.01"]}}, "max_vus": 14, "total_duration": 29,
     "archive_size": 14336}""")
record NewLocalExecution(
    @Schema(requiredMode = Schema.RequiredMode.REQUIRED, description = "The script's options, its apm blocks in "
        + "cloud.apm or ext.loadimpact.apm.") Map<String, Object> options,
    @JsonProperty("max_vus") @Nullable Integer maxVUs,
    @Schema(description = "Seconds.") @JsonProperty("total_duration") @Nullable Integer totalDuration,
    @Schema(description = "Bytes; null if no archive comes.") @JsonProperty("archive_size") @Nullable Long archiveSize) {}
