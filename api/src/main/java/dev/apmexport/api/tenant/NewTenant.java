package dev.apmexport.api.tenant;

import dev.apmexport.store.tenant.Plan;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Describes what makes a tenant; the body itself is read by {@link TenantChange}, which tells all faults. */
@Schema(example = "{\"name\": \"shop\", \"plan\": \"pro-monthly\", \"inputSeriesLimit\": 200000}")
record NewTenant(@Schema(requiredMode = Schema.RequiredMode.REQUIRED) String name, @Nullable Plan plan,
    @Nullable Integer inputSeriesLimit, @Nullable Integer outputSeriesLimit,
    @Schema(description = "The most bytes of pushes that are kept for one run, which is stopped when more come; 0 for "
        + "any number.") @Nullable Long runBytesLimit) {}
