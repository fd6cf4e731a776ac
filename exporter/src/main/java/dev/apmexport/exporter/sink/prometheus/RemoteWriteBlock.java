package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.metric.MetricType;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.Statistics;
import dev.apmexport.exporter.sink.Tls;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys of an apm block with {@code provider: 'prometheus'} that are its own. */
public final class RemoteWriteBlock {
  private static final String SCHEME = "Bearer ";
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
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
    refuseOneNameForTwo(block, statistics);
    boolean rateCounters = block.flag("rateCounters", false);
    boolean staleMarkers = block.flag("staleMarkers", false);
    boolean strict = block.flag("strict", false);
    Amendment amendment = amendment(block);
    ReadBackConfig query = ReadBackBlock.read(block, url, credentials, headers, tls);
    return url == null ? null
        : new RemoteWriteConfig(url, credentials, headers, tls, statistics, rateCounters, staleMarkers, amendment,
            strict, query);
  }

  /** The names of p(99.9) and p(9.99) both end in _p999. */
  private static void refuseOneNameForTwo(BlockReader block, Statistics statistics) {
    Set<String> names = new HashSet<>();
    for (String name : PrometheusNames.series(MetricType.TREND, "trend", statistics, false)) {
      if (!names.add(name)) {
        block.error("trendStats", "holds two percentiles that would both be named …" + name.substring("trend".length())
            + "; keep one of them.");
      }
    }
  }

  private static Amendment amendment(BlockReader block) {
    Duration window = block.duration("outOfOrder", Duration.ZERO);
    if (window.isZero()) { return new Amendment.Refused(); }
    if (window.compareTo(LEAST_WINDOW) < 0 || window.compareTo(MOST_WINDOW) > 0) {
      block.error("outOfOrder", "must be from 2m to 30d, as long as the receiver's own out-of-order window; got "
          + block.text("outOfOrder") + ".");
    }
    return new Amendment.OutOfOrder(window);
  }

  /** Reads a token, or user name and password; without a block there is nothing to show. */
  static Credentials credentials(@Nullable BlockReader block) {
    if (block == null) { return new Credentials.None(); }
    Secret token = token(block);
    Secret username = block.secret("username");
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
    if (username != null && username.reveal().contains(":")) {
      block.error("username", "holds a colon, which a user name cannot have in basic authentication.");
    }
    if (token != null) { return new Credentials.Bearer(token); }
    return username != null && password != null ? new Credentials.Basic(username.reveal(), password)
        : new Credentials.None();
  }

  private static @Nullable Secret token(BlockReader block) {
    Secret token = block.secret("token");
    if (token == null) { return null; }
    String text = token.reveal();
    if (text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      block.warning("token", "begins with \"Bearer \", which is taken off, since the service adds it by itself.");
      text = text.substring(SCHEME.length()).strip();
    }
    if (!TOKEN.matcher(text).matches()) {
      block.error("token", "holds a blank, a line break or a character that is not ASCII, which no token has.");
    }
    return new Secret(text);
  }
}
