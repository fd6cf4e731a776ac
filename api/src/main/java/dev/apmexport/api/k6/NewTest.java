package dev.apmexport.api.k6;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Describes what is read of that with which k6 makes a run. */
@Schema(example = "{\"name\": \"checkout\", \"thresholds\": {\"http_req_failed\": [\"rate<0.01\"]}}")
record NewTest(@Nullable String name, @Nullable Map<String, List<String>> thresholds) {}
