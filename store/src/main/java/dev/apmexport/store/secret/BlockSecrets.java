package dev.apmexport.store.secret;

import dev.apmexport.exporter.metric.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Parts an apm block from its secrets. A text or number is a secret unless its key is known to hold none: a mistyped
 * key must not bring a password into the database.
 */
public final class BlockSecrets {
  /**
   * Paths whose texts are no secrets: a key of a metric that is not known may hold anything, like any other key.
   */
  private static final Pattern OPEN = Pattern.compile("/(provider|region|trendMode|runSummary|rateCounters|staleMarkers"
      + "|outOfOrder|preset|accuracy|resampleRate|resample_rate)|/trendStats/\\d+|/tags/[^/]*"
      + "|/(metrics|export_metrics)/\\d+(/(sourceMetric|targetMetric|keepTags/\\d+))?");
  /** Paths that hold an address, which is open unless it is none or carries more than an address. */
  private static final Set<String> ADDRESSES = Set.of("/remoteWriteURL", "/apiURL", "/queryURL");
  /** No known key is nearly as long, and the database could not index what is much longer. */
  private static final int LONGEST_PATH = 500;
  private static final Pattern PLAIN_ADDRESS = Pattern.compile("https?://[^@?#]*");

  private BlockSecrets() {}

  /**
   * Takes the secrets out of a block, which then shows {@code ***} in their places; returns them by their path. Of a path
   * of more than 500 characters nothing is kept: the block then shows null.
   */
  public static Map<String, Secret> takeFrom(ObjectNode block) {
    Map<String, Secret> secrets = new LinkedHashMap<>();
    take(block, "", secrets);
    return secrets;
  }

  /** The paths at which a block shows that a secret was taken. */
  public static Set<String> missingFrom(ObjectNode block) {
    Map<String, Secret> shown = takeFrom(block.deepCopy());
    shown.values().removeIf(secret -> !secret.reveal().equals(Secret.MASK));
    return shown.keySet();
  }

  /** Puts secrets back to where they were taken. */
  public static void putInto(ObjectNode block, Map<String, Secret> secrets) {
    secrets.forEach((path, secret) -> {
      String[] steps = path.split("/", -1);
      JsonNode node = block;
      for (int i = 1; i < steps.length - 1; i++) {
        node = node instanceof ArrayNode array ? array.get(Integer.parseInt(steps[i])) : node.get(name(steps[i]));
      }
      String last = steps[steps.length - 1];
      if (node instanceof ArrayNode array) {
        array.set(Integer.parseInt(last), secret.reveal());
      } else {
        ((ObjectNode) node).put(name(last), secret.reveal());
      }
    });
  }

  private static void take(JsonNode node, String path, Map<String, Secret> secrets) {
    if (node instanceof ObjectNode object) {
      for (String key : Set.copyOf(object.propertyNames())) {
        String at = path + "/" + key.replace("~", "~0").replace("/", "~1").replace("\0", "~2");
        takeOne(object.get(key), at, secrets, mask -> object.put(key, mask));
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        takeOne(array.get(i), path + "/" + i, secrets, mask -> array.set(index, mask));
      }
    }
  }

  private static void takeOne(JsonNode value, String at, Map<String, Secret> secrets,
      Consumer<@Nullable String> replace) {
    if ((value.isString() || value.isNumber()) && !isOpen(at, value)) {
      boolean kept = at.length() <= LONGEST_PATH;
      if (kept) {
        secrets.put(at, new Secret(value.asString()));
      }
      replace.accept(kept ? Secret.MASK : null);
    } else {
      take(value, at, secrets);
    }
  }

  private static boolean isOpen(String path, JsonNode value) {
    return OPEN.matcher(path).matches()
        || ADDRESSES.contains(path) && value.isString() && PLAIN_ADDRESS.matcher(value.asString()).matches();
  }

  private static String name(String step) {
    return step.replace("~2", "\0").replace("~1", "/").replace("~0", "~");
  }
}
