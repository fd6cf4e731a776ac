package dev.apmexport.api.security;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks what a run's own token may do too, which is to push; what is not marked answers such a token with 403. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface OpenToRunTokens {
  /** Whether a token with a load generator's name may do it; it must not end the run of all the others. */
  boolean withName() default true;
}
