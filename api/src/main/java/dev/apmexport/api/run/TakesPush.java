package dev.apmexport.api.run;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes an operation that takes one of k6's pushes, on k6's own path or on ours. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Operation(summary = "Takes one of k6's pushes.", requestBody = @RequestBody(required = true, description = "One MetricSet of k6's, as a snappy block.", content = @Content(mediaType = "application/x-protobuf", schema = @Schema(type = "string", format = "binary"))))
@ApiResponse(responseCode = "409", description = "The test run was finished before.")
@ApiResponse(responseCode = "413", description = "The push is too large.")
public @interface TakesPush {}
