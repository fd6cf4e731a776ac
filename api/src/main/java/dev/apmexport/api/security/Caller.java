package dev.apmexport.api.security;

import dev.apmexport.store.tenant.TenantId;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Which tenant a request comes from; a controller that takes one is open to holders of a tenant's token only, or of a
 * run's where it is {@link OpenToRunTokens}.
 *
 * @param onlyRun the one run that the caller may push to; null for a caller who may do whatever the tenant may
 * @param instance the load generator that calls, by the path or else by its token; empty for the only one
 */
public record Caller(TenantId tenant, @Nullable Long onlyRun, String instance) {
  /** The attribute of a request that names the load generator in its path. */
  public static final String INSTANCE = "dev.apmexport.instance";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  public boolean maySee(long testRunId) {
    return onlyRun == null || onlyRun == testRunId;
  }

  /**
   * A load generator's name, or empty for the only one.
   *
   * @throws Refused if it cannot be one
   */
  public static String checkedInstance(String name) {
    if (name.isEmpty() || NAME.matcher(name).matches()) { return name; }
    String shown = name.length() <= 100 ? name : name.substring(0, 100) + "…";
    throw new Refused(HttpStatus.BAD_REQUEST,
        "\"" + shown + "\" cannot be the name of a load generator; choose 1 to 64 "
            + "letters, digits, dots, underscores and hyphens, such as \"lg-1\".");
  }
}
