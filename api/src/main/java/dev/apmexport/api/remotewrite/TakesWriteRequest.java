package dev.apmexport.api.remotewrite;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes an operation that takes a push of remote write. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Operation(summary = "Takes a push of Prometheus remote write 1.0.", description = "Basic authorization is taken as well, with the token as the password.", requestBody = @RequestBody(required = true, description = "One prometheus.WriteRequest, as a snappy block.", content = @Content(mediaType = "application/x-protobuf", schema = @Schema(type = "string", format = "binary"))))
@ApiResponse(responseCode = "204", description = "The push is stored.")
@ApiResponse(responseCode = "400", description = "The push cannot be read, or no test run is named; or some of its samples are refused, and the others stored.")
@ApiResponse(responseCode = "403", description = "The test run was stopped; so it is for a run's name until its sender was silent for five minutes.")
@ApiResponse(responseCode = "409", description = "The test run was finished before.")
@ApiResponse(responseCode = "413", description = "The push is too large.")
@ApiResponse(responseCode = "415", description = "The push is remote write 2.0, or not packed with snappy.")
@interface TakesWriteRequest {}
