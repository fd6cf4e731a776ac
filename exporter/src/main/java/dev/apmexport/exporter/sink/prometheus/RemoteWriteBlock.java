package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.Tls;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The keys of an apm block with {@code provider: 'prometheus'} that are its own. */
public final class RemoteWriteBlock {
  private static final Duration LEAST_WINDOW = Duration.ofMinutes(2);
  private static final Duration MOST_WINDOW = Duration.ofDays(30);

  private RemoteWriteBlock() {}

  /** The destination, or null if the reader has noted errors that leave none. */
  public static @Nullable SinkConfig read(BlockReader block) {
    URI url = block.url("remoteWriteURL");
    block.require("remoteWriteURL", url,
        "the address to write to, such as https://prometheus.example.com/api/v1/write.");
    Credentials credentials = credentials(block.object("credentials"));
    Headers headers = Headers.read(block);
    Tls tls = Tls.read(block);
    Statistics statistics = Statistics.read(block, RemoteWriteConfig.STATISTICS);
    boolean rateCounters = block.flag("rateCounters", false);
    boolean staleMarkers = block.flag("staleMarkers", false);
    Amendment amendment = amendment(block);
    return url == null ? null
        : new RemoteWriteConfig(url, credentials, headers, tls, statistics, rateCounters, staleMarkers, amendment);
  }

  private static Amendment amendment(BlockReader block) {
    Duration window = block.duration("outOfOrder", Duration.ZERO);
    if (window.isZero()) { return new Amendment.Refused(); }
    if (window.compareTo(LEAST_WINDOW) < 0 || window.compareTo(MOST_WINDOW) > 0) {
      block.error("outOfOrder", "must be from 2m to 720h (30 days), as long as the receiver's own out-of-order window.");
    }
    return new Amendment.OutOfOrder(window);
  }

  private static Credentials credentials(@Nullable BlockReader block) {
    if (block == null) { return new Credentials.None(); }
    Secret token = block.secret("token");
    String username = block.text("username");
    Secret password = block.secret("password");
    block.warnOfUnknownKeys();
    boolean named = block.has("username") || block.has("password");
    if (block.has("token") && named) {
      block.error("", "holds a token and a user name or password; give either token, or username and password.");
    } else if (named && (username == null || password == null)) {
      block.error("", "needs both username and password for basic authentication.");
    } else if (!block.has("token") && !named) {
      block.error("", "holds nothing to authenticate with; give token, or username and password, or leave it out.");
    }
    warnOfScheme(block, token);
    if (token != null) { return new Credentials.Bearer(token); }
    return username != null && password != null ? new Credentials.Basic(username, password) : new Credentials.None();
  }

  private static void warnOfScheme(BlockReader block, @Nullable Secret token) {
    if (token != null && token.reveal().regionMatches(true, 0, "Bearer ", 0, "Bearer ".length())) {
      block.warning("token", "begins with \"Bearer \", which the service adds by itself; give the token alone.");
    }
  }
}
