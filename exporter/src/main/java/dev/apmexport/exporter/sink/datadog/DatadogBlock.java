package dev.apmexport.exporter.sink.datadog;

import static java.util.Map.entry;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.Tls;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys of an apm block with {@code provider: 'datadog'} that are its own. */
public final class DatadogBlock {
  private static final Map<String, String> HOSTS = Map.ofEntries(entry("us", "api.datadoghq.com"),
      entry("us1", "api.datadoghq.com"), entry("eu", "api.datadoghq.eu"), entry("eu1", "api.datadoghq.eu"),
      entry("us3", "api.us3.datadoghq.com"), entry("us5", "api.us5.datadoghq.com"),
      entry("us1-fed", "api.ddog-gov.com"), entry("ap1", "api.ap1.datadoghq.com"),
      entry("ap2", "api.ap2.datadoghq.com"), entry("uk1", "api.uk1.datadoghq.com"));
  private static final List<String> REGIONS = List.of("us", "us1", "us3", "us5", "us1-fed", "eu", "eu1", "uk1", "ap1",
      "ap2");
  private static final List<String> EUROPEAN = List.of("eu", "eu1");
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,1000}");

  private DatadogBlock() {}

  /** The destination, or null if the reader has noted errors that leave none. */
  public static @Nullable SinkConfig read(BlockReader block) {
    return read(block, false);
  }

  /** The same for the provider whose name says that its region is Europe. */
  public static @Nullable SinkConfig readEuropean(BlockReader block) {
    return read(block, true);
  }

  private static @Nullable SinkConfig read(BlockReader block, boolean european) {
    block.spelledAlso("apiKey", "api_key").spelledAlso("appKey", "app_key");
    Secret apiKey = key(block, "apiKey");
    block.require("apiKey", apiKey, "the API key of the Datadog account to write to.");
    Secret appKey = key(block, "appKey");
    URI api = api(block, european);
    Headers headers = Headers.read(block);
    Tls tls = Tls.read(block);
    Statistics statistics = Statistics.read(block, DatadogConfig.STATISTICS);
    ignoreWhatIsPrometheus(block);
    return apiKey == null || api == null ? null
        : new DatadogConfig(api, apiKey, appKey, headers, tls, statistics);
  }

  private static @Nullable Secret key(BlockReader block, String name) {
    Secret key = block.secret(name);
    if (key != null && !KEY.matcher(key.reveal()).matches()) {
      block.error(name, "is no key of Datadog: it holds a blank, a line break or a character that is not ASCII. Give "
          + "the key alone, as Datadog shows it.");
      return null;
    }
    return key;
  }

  private static @Nullable URI api(BlockReader block, boolean european) {
    String region = block.oneOf("region", european ? "eu" : "us", REGIONS);
    if (european && !EUROPEAN.contains(region)) {
      block.error("region",
          "is \"" + region + "\", while the provider's name says eu; use provider: 'datadog', or leave "
              + "the region out.");
    }
    if (!block.has("apiURL")) { return URI.create("https://" + HOSTS.get(region)); }
    if (block.has("region")) {
      block.error("apiURL", "and region both say where to write to; give one of them.");
    }
    return address(block);
  }

  private static @Nullable URI address(BlockReader block) {
    URI url = block.url("apiURL");
    if (url == null) { return null; }
    if (url.getRawQuery() != null || url.getRawFragment() != null || url.getRawPath().contains("/api/")) {
      block.error("apiURL", "must be the address of the API alone, such as https://api.datadoghq.eu, without "
          + "/api/…, ? or #.");
      return null;
    }
    return URI.create(url.toString().replaceFirst("/+$", ""));
  }

  private static void ignoreWhatIsPrometheus(BlockReader block) {
    block.ignore("remoteWriteURL", "Datadog is found by region, or by apiURL.");
    block.ignore("credentials", "Datadog is given apiKey.");
    block.ignore("rateCounters", "Datadog always gets a rate's counts, as .nonzero and .total.");
    block.ignore("staleMarkers", "Datadog has no marks for the end of a series.");
    block.ignore("outOfOrder", "Datadog takes points in any order, up to an hour old.");
  }
}
