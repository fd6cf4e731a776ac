package dev.apmexport.store.profile;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.secret.BlockSecrets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A stored block and its secrets, which a new version of the block may keep by showing {@code ***} in their places, as
 * long as they go where they went before: who may only change a profile must not learn its secrets by that.
 */
record KeptSecrets(ObjectNode masked, Map<String, Secret> secrets) {
  /** Keys that say nothing about where an export goes. */
  private static final Set<String> WITHOUT_DESTINATION = Set.of("metrics", "export_metrics", "includeDefaultMetrics",
      "include_default_metrics", "export_default_metrics", "includeTestRunId", "include_test_run_id", "resampleRate",
      "resample_rate", "tags", "preset", "trendStats", "trendMode", "runSummary", "rateCounters", "staleMarkers",
      "outOfOrder", "accuracy");
  /** Keys that say who exports; each of their secrets may be changed alone. */
  private static final Set<String> CREDENTIALS = Set.of("credentials", "apiKey", "api_key", "appKey", "app_key");
  private static final String HEADERS = "headers";

  /** Puts the stored secrets into the block; what cannot be kept is a problem each. */
  static List<Problem> restore(int index, ObjectNode block, @Nullable KeptSecrets kept) {
    List<Problem> problems = new ArrayList<>();
    Set<String> shown = BlockSecrets.missingFrom(block);
    boolean same = kept != null && kept.goesTo(block);
    for (String path : shown) {
      Secret secret = kept == null ? null : kept.secrets.get(path);
      if (secret != null && same) {
        BlockSecrets.putInto(block, Map.of(path, secret));
      } else {
        problems.add(Problem.error(place(index, path), secret == null
            ? "is ***, which stands for a stored secret, and none is stored here; give the secret."
            : "is ***, but the block goes elsewhere now (provider, address, region, tls or headers differ); give the "
                + "secret again."));
      }
    }
    return problems;
  }

  /** Puts the stored secrets into their own block; each that is gone is a problem. */
  static List<Problem> unseal(int index, ObjectNode block, Map<String, Secret> secrets) {
    BlockSecrets.putInto(block, secrets);
    return BlockSecrets.missingFrom(block).stream().filter(path -> !secrets.containsKey(path))
        .map(path -> Problem.error(place(index, path), "is a stored secret that is gone; store the profile again with "
            + "its secrets."))
        .toList();
  }

  private boolean goesTo(ObjectNode block) {
    Set<String> keys = new HashSet<>(block.propertyNames());
    keys.addAll(masked.propertyNames());
    keys.removeAll(WITHOUT_DESTINATION);
    keys.removeAll(CREDENTIALS);
    return keys.stream().allMatch(key -> isSame(key, block.path(key), masked.path(key)));
  }

  /** Of headers the names count, of all else every letter: who gives a secret address anew has to give all secrets. */
  private static boolean isSame(String key, JsonNode given, JsonNode stored) {
    return key.equals(HEADERS) && given.isObject() && stored.isObject()
        ? Set.copyOf(given.propertyNames()).equals(Set.copyOf(stored.propertyNames()))
        : given.equals(stored);
  }

  /** The place of a secret as problems name it: {@code apm[0].credentials.token}. */
  private static String place(int index, String path) {
    StringBuilder place = new StringBuilder("apm[").append(index).append(']');
    for (String step : path.substring(1).split("/", -1)) {
      String name = step.replace("~1", "/").replace("~0", "~");
      place.append(name.matches("[0-9]+") ? "[" + name + "]" : "." + name);
    }
    return place.toString();
  }
}
