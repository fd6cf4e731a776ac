package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.Tls;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys of an apm block with {@code provider: 'datadog'} that are its own. */
public final class DatadogBlock {
  private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,1000}");
  private static final String NOT_READ_BACK = "points are not read back from Datadog.";

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
    ApiAddress api = ApiAddress.read(block, european);
    Headers headers = Headers.read(block);
    Tls tls = Tls.read(block);
    Statistics statistics = Statistics.read(block, DatadogConfig.STATISTICS);
    ignoreWhatIsPrometheus(block);
    return apiKey == null || api == null ? null
        : new DatadogConfig(api.base(), api.version(), apiKey, appKey, headers, tls, statistics);
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

  private static void ignoreWhatIsPrometheus(BlockReader block) {
    block.ignore("remoteWriteURL", "Datadog is found by region, or by apiURL.");
    block.ignore("credentials", "Datadog is given apiKey.");
    block.ignore("rateCounters", "Datadog always gets a rate's counts, as .nonzero and .total.");
    block.ignore("staleMarkers", "Datadog has no marks for the end of a series.");
    block.ignore("strict", "Datadog takes the good part of a request.");
    block.ignore("outOfOrder", "Datadog takes points in any order, up to an hour old.");
    block.ignore("queryURL", NOT_READ_BACK);
    block.ignore("queryCredentials", NOT_READ_BACK);
    block.ignore("queryHeaders", NOT_READ_BACK);
  }
}
