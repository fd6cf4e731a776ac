package dev.apmexport.api.security;

import dev.apmexport.store.tenant.TenantId;

/** Who a request comes from; a controller that takes one is open to holders of a token only. */
public record Caller(TenantId tenant) {}
