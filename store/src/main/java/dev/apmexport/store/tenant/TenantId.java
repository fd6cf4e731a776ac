package dev.apmexport.store.tenant;

/** An owner of runs. Handed explicitly to whatever reads or writes for a tenant. */
public record TenantId(long value) {}
