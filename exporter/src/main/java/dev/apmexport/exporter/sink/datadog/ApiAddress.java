package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.block.BlockReader;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where points go: a region's address or {@code apiURL}, and the version of the intake, which {@code apiVersion} says,
 * or the end of {@code apiURL} where that is the address of the intake itself.
 *
 * @param base without {@code /api/…} and without a slash at its end
 */
record ApiAddress(URI base, ApiVersion version) {
  private static final Map<String, String> HOSTS = Map.of("us", "api.datadoghq.com", "us1", "api.datadoghq.com", "eu",
      "api.datadoghq.eu", "eu1", "api.datadoghq.eu", "us3", "api.us3.datadoghq.com", "us5", "api.us5.datadoghq.com",
      "us1-fed", "api.ddog-gov.com", "ap1", "api.ap1.datadoghq.com", "ap2", "api.ap2.datadoghq.com", "uk1",
      "api.uk1.datadoghq.com");
  private static final List<String> REGIONS = List.of("us", "us1", "us3", "us5", "us1-fed", "eu", "eu1", "uk1", "ap1",
      "ap2");
  private static final List<String> EUROPEAN = List.of("eu", "eu1");
  /** The path of an intake: what stands before, and the version. */
  private static final Pattern INTAKE = Pattern.compile("(.*)/api/(v[12])(?:/series)?/*");

  /** @param european whether the provider's name says that its region is Europe */
  static @Nullable ApiAddress read(BlockReader block, boolean european) {
    String region = block.oneOf("region", european ? "eu" : "us", REGIONS);
    ApiVersion version = ApiVersion.named(block.oneOf("apiVersion", ApiVersion.V2.toString(), ApiVersion.NAMES));
    if (european && !EUROPEAN.contains(region)) {
      block.error("region",
          "is \"" + region + "\", while the provider's name says eu; use provider: 'datadog', or leave "
              + "the region out.");
    }
    if (!block.has("apiURL")) { return new ApiAddress(URI.create("https://" + HOSTS.get(region)), version); }
    if (block.has("region")) {
      block.error("apiURL", "and region both say where to write to; give one of them.");
    }
    URI url = block.url("apiURL");
    return url == null ? null : given(block, url, version);
  }

  private static @Nullable ApiAddress given(BlockReader block, URI url, ApiVersion version) {
    Matcher intake = INTAKE.matcher(url.getRawPath());
    boolean isIntake = intake.matches();
    String path = isIntake ? intake.group(1) : url.getRawPath();
    if (url.getRawQuery() != null || url.getRawFragment() != null || (path + "/").contains("/api/")) {
      block.error("apiURL",
          "must be the address of the API, such as https://api.datadoghq.eu, or that of its intake of "
              + "series, such as http://localhost:8428/datadog/api/v1/series, without another /api/…, ? or #.");
      return null;
    }
    if (isIntake && block.has("apiVersion") && !intake.group(2).equals(version.toString())) {
      block.error("apiVersion", "is \"" + version + "\", while apiURL ends with an intake of version \""
          + intake.group(2) + "\"; leave apiVersion out, or give apiURL without /api/….");
    }
    String base = url.getScheme() + "://" + url.getRawAuthority() + path.replaceFirst("/+$", "");
    return new ApiAddress(URI.create(base), isIntake ? ApiVersion.named(intake.group(2)) : version);
  }
}
