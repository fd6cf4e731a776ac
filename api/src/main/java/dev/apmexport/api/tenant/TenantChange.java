package dev.apmexport.api.tenant;

import dev.apmexport.store.tenant.Plan;
import dev.apmexport.store.tenant.Tenant;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a request wants of a tenant; null is left as it is.
 *
 * @param runBytesLimit 0 for any number of bytes
 */
@Schema(example = "{\"plan\": \"pro-monthly\", \"inputSeriesLimit\": 200000}")
record TenantChange(@Nullable Plan plan, @Nullable Integer inputSeriesLimit, @Nullable Integer outputSeriesLimit,
    @Nullable Long runBytesLimit) {
  private static final int MAX_NAME = 200;
  private static final int MAX_SERIES = 10_000_000;
  private static final String NAME = "name";
  private static final String PLAN = "plan";
  private static final String INPUT_SERIES = "inputSeriesLimit";
  private static final String OUTPUT_SERIES = "outputSeriesLimit";
  private static final String RUN_BYTES = "runBytesLimit";
  private static final long MAX_BYTES = 1L << 50;

  /** The tenant that a request describes. */
  static Tenant create(JsonNode body) {
    Fields fields = new Fields(body, List.of(NAME, PLAN, INPUT_SERIES, OUTPUT_SERIES, RUN_BYTES));
    String name = fields.text(NAME, MAX_NAME);
    if (!fields.has(NAME)) {
      fields.fault(NAME, "is missing.");
    }
    TenantChange change = read(fields);
    Tenant tenant = new Tenant(Objects.requireNonNull(name));
    change.applyTo(tenant);
    return tenant;
  }

  static TenantChange of(JsonNode body) {
    return read(new Fields(body, List.of(PLAN, INPUT_SERIES, OUTPUT_SERIES, RUN_BYTES)));
  }

  private static TenantChange read(Fields fields) {
    TenantChange change = new TenantChange(fields.oneOf(PLAN, Plan.values()), fields.number(INPUT_SERIES, MAX_SERIES),
        fields.number(OUTPUT_SERIES, MAX_SERIES), fields.count(RUN_BYTES, 0, MAX_BYTES));
    fields.check();
    return change;
  }

  void applyTo(Tenant tenant) {
    if (plan != null) {
      tenant.changePlan(plan);
    }
    if (inputSeriesLimit != null) {
      tenant.limitInputSeries(inputSeriesLimit);
    }
    if (outputSeriesLimit != null) {
      tenant.limitOutputSeries(outputSeriesLimit);
    }
    if (runBytesLimit != null) {
      tenant.limitRunBytes(runBytesLimit == 0 ? null : runBytesLimit);
    }
  }
}
