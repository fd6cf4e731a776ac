package dev.apmexport.api.archive;

import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.secret.BlockSecrets;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes the secrets out of an archive's metadata: the token that {@code k6 cloud run} writes into it, those of apm
 * blocks, the keys of client certificates, and the values of environment variables, which are where secrets come from.
 */
final class ArchiveSecrets {
  /** What is shorter is found in any script by chance, and is no secret that would keep anybody out. */
  static final int SHORTEST = 6;
  /** An automaton for so many bytes takes some megabytes. */
  static final int MOST_BYTES = 256 << 10;
  /**
   * The user's name, the password, and the values of parameters in an address. Whatever the text is, each looks at no
   * character more than a few times.
   */
  private static final List<Pattern> IN_ADDRESS = List.of(Pattern.compile("(?<=//)([^/?#@:]*+)(?=[^/?#@]*+@)"),
      Pattern.compile("(?<=:)([^/?#@:]*+)(?=@)"), Pattern.compile("[?&][^=&#?]*+=([^&#]++)"));
  private static final List<String> PLACES = List.of("/options/cloud", "/options/ext/loadimpact");

  private final Set<String> found = new TreeSet<>();

  private ArchiveSecrets() {}

  /**
   * Masks the secrets in the metadata, and returns a mask for what else is in the archive.
   *
   * @throws NotCopied if they are too long to be looked for
   */
  static SecretMask takeFrom(ObjectNode metadata) {
    ArchiveSecrets secrets = new ArchiveSecrets();
    PLACES.forEach(place -> secrets.cloud(metadata.at(place)));
    secrets.all(metadata.path("env"));
    metadata.at("/options/scenarios").forEach(scenario -> secrets.all(scenario.path("env")));
    metadata.at("/options/tlsAuth").forEach(certificate -> {
      secrets.one(certificate, "key");
      secrets.one(certificate, "password");
    });
    SecretMask mask = new SecretMask(secrets.spellings());
    everywhere(metadata, mask);
    return mask;
  }

  private void cloud(JsonNode cloud) {
    one(cloud, "token");
    JsonNode apm = cloud.path("apm");
    if (apm instanceof ArrayNode blocks) {
      for (int i = 0; i < blocks.size(); i++) {
        if (blocks.get(i) instanceof ObjectNode block) {
          block(block);
        } else {
          texts(blocks.get(i)); // whatever that is
          blocks.set(i, Secret.MASK);
        }
      }
    } else if (!apm.isMissingNode() && !apm.isNull()) {
      texts(apm);
      ((ObjectNode) cloud).put("apm", Secret.MASK);
    }
  }

  private void texts(JsonNode node) {
    if (node.isString() || node.isNumber()) {
      add(node.asString());
    }
    node.forEach(this::texts);
  }

  private void block(ObjectNode block) {
    BlockSecrets.takeFrom(block).values().forEach(secret -> add(secret.reveal()));
  }

  private void all(JsonNode variables) {
    variables.propertyNames().stream().toList().forEach(name -> one(variables, name));
  }

  private void one(JsonNode parent, String key) {
    JsonNode value = parent.path(key);
    if (parent instanceof ObjectNode object && (value.isString() || value.isNumber())) {
      add(value.asString());
      object.put(key, Secret.MASK);
    }
  }

  private void add(String secret) {
    if (secret.length() > MOST_BYTES) { throw tooLong(); }
    found.add(secret);
    inAddress(secret).forEach(found::add);
  }

  /** What is secret of a text if that is an address. */
  static Stream<String> inAddress(CharSequence text) {
    return IN_ADDRESS.stream().flatMap(part -> part.matcher(text).results()).map(match -> match.group(1));
  }

  /** The secrets that are long enough, as they are and as a script writes them between quotes. */
  private Set<String> spellings() {
    Set<String> spellings = new TreeSet<>();
    for (String secret : found) {
      String quoted = JsonMapper.shared().writeValueAsString(secret);
      spellings.add(secret);
      spellings.add(quoted.substring(1, quoted.length() - 1));
    }
    spellings.removeIf(spelling -> length(spelling) < SHORTEST);
    if (spellings.stream().mapToLong(ArchiveSecrets::length).sum() > MOST_BYTES) { throw tooLong(); }
    return spellings;
  }

  private static NotCopied tooLong() {
    return new NotCopied("its secrets and the values of its environment variables, all together, are longer than "
        + MOST_BYTES + " bytes");
  }

  private static int length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** A secret may have been used for anything else in the metadata. */
  private static void everywhere(JsonNode node, SecretMask mask) {
    if (node instanceof ObjectNode object) {
      object.properties().forEach(entry -> {
        everywhere(entry.getValue(), mask);
        if (entry.getValue().isString()) {
          entry.setValue(object.stringNode(mask.mask(entry.getValue().asString())));
        }
      });
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        everywhere(array.get(i), mask);
        if (array.get(i).isString()) {
          array.set(i, mask.mask(array.get(i).asString()));
        }
      }
    }
  }
}
