package dev.apmexport.store.secret;

import dev.apmexport.exporter.metric.Secret;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Parts an apm block from its secrets. A text or number is a secret unless its key is known to hold none: a mistyped
 * key must not bring a password into the database.
 */
public final class BlockSecrets {
  /** Keys whose texts, and all texts below them, are no secrets. */
  private static final Set<String> OPEN = Set.of("provider", "metrics", "export_metrics", "region", "tags",
      "trendStats",
      "trendMode", "preset", "accuracy", "outOfOrder", "resampleRate", "resample_rate");
  /** Keys that hold an address, which is open unless it carries more than an address. */
  private static final Set<String> ADDRESSES = Set.of("remoteWriteURL", "apiURL", "queryURL");

  private BlockSecrets() {}

  /** Takes the secrets out of a block, which then shows {@code ***} in their places; returns them by their path. */
  public static Map<String, Secret> takeFrom(ObjectNode block) {
    Map<String, Secret> secrets = new LinkedHashMap<>();
    take(block, "", secrets);
    return secrets;
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
        JsonNode value = object.get(key);
        if (isText(value) && !isOpen(key, value.asString())) {
          secrets.put(at, new Secret(value.asString()));
          object.put(key, Secret.MASK);
        } else if (!OPEN.contains(key)) {
          take(value, at, secrets);
        }
      }
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        if (isText(array.get(i))) {
          secrets.put(path + "/" + i, new Secret(array.get(i).asString()));
          array.set(i, Secret.MASK);
        } else {
          take(array.get(i), path + "/" + i, secrets);
        }
      }
    }
  }

  private static boolean isText(JsonNode value) {
    return value.isString() || value.isNumber();
  }

  private static boolean isOpen(String key, String value) {
    return OPEN.contains(key) || ADDRESSES.contains(key) && value.indexOf('@') < 0 && value.indexOf('?') < 0;
  }

  private static String name(String step) {
    return step.replace("~2", "\0").replace("~1", "/").replace("~0", "~");
  }
}
