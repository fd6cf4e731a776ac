package dev.apmexport.exporter.sink.datadog;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.HttpTransport;
import dev.apmexport.exporter.sink.HttpVerdict;
import dev.apmexport.exporter.sink.WriteResult;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Datadog once for every metric its type and unit, beside the points: nothing waits for it, and whatever comes of
 * it, no point is concerned. Datadog knows a metric some time after its first point only, so a metric that is not known
 * yet is tried again later, though the run may be over and its sink closed by then.
 */
final class DatadogMetadata {
  private static final Logger LOG = LoggerFactory.getLogger(DatadogMetadata.class);
  /** After an answer that concerns all metrics alike. */
  private static final Duration PAUSE = Duration.ofSeconds(30);
  /** A key that may not tell metadata is not asked to for so long; somebody may have given it the right by then. */
  private static final Duration WHILE_FORBIDDEN = Duration.ofHours(1);

  private final DatadogConfig config;
  private final HttpTransport http;
  private final Map<String, String> headers;
  private final InstantSource clock;
  private final Aside aside;
  private final UntoldMetrics untold;
  private final Set<Series> seen = Collections.newSetFromMap(new IdentityHashMap<>());

  /**
   * @param headers of a request that is asked with both keys
   * @param aside does what nothing waits for
   */
  DatadogMetadata(DatadogConfig config, HttpTransport http, Map<String, String> headers, InstantSource clock,
      Aside aside) {
    this.config = config;
    this.http = http;
    this.headers = new LinkedHashMap<>(headers);
    this.headers.put("Content-Type", "application/json");
    this.clock = clock;
    this.aside = aside;
    this.untold = http.shared(key(config), UntoldMetrics.class, UntoldMetrics::new);
  }

  /** The destination and whoever writes there, without a secret. */
  private static String key(DatadogConfig config) {
    Secret appKey = config.appKey();
    String who = config.apiKey().reveal() + ' ' + (appKey == null ? "" : appKey.reveal());
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(who.getBytes(StandardCharsets.UTF_8));
      return config.api() + " " + HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Takes note of a batch that was taken; what is new in it, or due again, is told aside. */
  void accepted(Batch batch) {
    for (Series series : batch.series()) {
      if (seen.add(series)) {
        untold.see(series);
      }
    }
    if (untold.taken(clock.millis())) {
      aside.run(Duration.ZERO, this::tell);
    }
  }

  /** Tells what is due, by connections of its own where the sink's are closed with it, and sees to the rest later. */
  private void tell() {
    try (HttpTransport to = http.trusting(config.tls())) {
      for (UntoldMetrics.Try one = untold.next(clock.millis()); one != null; one = untold.next(clock.millis())) {
        tell(to, one);
      }
    }
    untold.rest().ifPresent(until -> aside.run(Duration.ofMillis(Math.max(0, until - clock.millis())), () -> {
      if (untold.look(until)) {
        tell();
      }
    }));
  }

  private void tell(HttpTransport to, UntoldMetrics.Try one) {
    try {
      URI metric = URI.create(config.api() + "/api/v1/metrics/" + one.name());
      settle(one, to.put(metric, headers, one.metadata().json()));
    } catch (IOException | RuntimeException e) {
      LOG.debug("The metadata of {} could not be told to {}; it is tried again.", one.name(), config.api(), e);
      failed(one, PAUSE);
    }
  }

  private void settle(UntoldMetrics.Try one, HttpTransport.Answer answer) {
    switch (HttpVerdict.of(answer, answer.rateLimitReset(), config::masked)) {
      case WriteResult.Accepted _ -> untold.told(one);
      case WriteResult.NotAuthorized(String reason) when answer.status() == 401 || answer.status() == 403 -> {
        LOG.warn("{} does not let the application key of this export tell the types and units of metrics ({}); "
            + "points are not concerned. Give the key the right metrics_metadata_write, or leave appKey out.",
            config.api(), reason);
        failed(one, WHILE_FORBIDDEN);
      }
      case WriteResult.RetryLater(var _, String _, Duration after) ->
        failed(one, after.compareTo(PAUSE) > 0 ? after : PAUSE);
      default -> untold.failed(one, clock.millis()); // as for a metric that is not known yet: 400 or 404
    }
  }

  private void failed(UntoldMetrics.Try one, Duration pause) {
    long now = clock.millis();
    untold.failed(one, now);
    untold.restUntil(now + pause.toMillis());
  }
}
