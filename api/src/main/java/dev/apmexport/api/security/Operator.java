package dev.apmexport.api.security;

/** Somebody with an operator's token; a controller that takes one is open to nobody else. */
public record Operator() {}
