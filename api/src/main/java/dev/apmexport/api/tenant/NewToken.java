package dev.apmexport.api.tenant;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Describes what may be sent to make a token. */
@Schema(example = "{\"note\": \"nightly pipeline\"}")
record NewToken(@Schema(description = "What the token is for, up to 200 characters.") @Nullable String note) {}
