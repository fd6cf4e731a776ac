package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.metric.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** How a request shows who sends it. */
public sealed interface Credentials {
  record None() implements Credentials {}

  record Bearer(Secret token) implements Credentials {}

  record Basic(String username, Secret password) implements Credentials {}

  /** The value of the Authorization header. */
  default Optional<String> authorization() {
    return switch (this) {
      case None _ -> Optional.empty();
      case Bearer bearer -> Optional.of("Bearer " + bearer.token().reveal());
      case Basic basic -> Optional.of("Basic " + Base64.getEncoder()
          .encodeToString((basic.username() + ":" + basic.password().reveal()).getBytes(StandardCharsets.UTF_8)));
    };
  }

  /** Writes them to a key of a block, without what is secret. */
  default void describe(ObjectNode block, String key) {
    switch (this) {
      case None _ -> {}
      case Bearer _ -> block.putObject(key).put("token", Secret.MASK);
      case Basic _ -> block.putObject(key).put("username", Secret.MASK).put("password", Secret.MASK);
    }
  }

  /** A text of the remote end without our secret, since some repeat the request they complain of. */
  default String masked(String text) {
    return switch (this) {
      case None _ -> text;
      case Bearer bearer -> text.replace(bearer.token().reveal(), Secret.MASK);
      case Basic basic -> text.replace(authorization().orElseThrow().substring("Basic ".length()), Secret.MASK)
          .replace(basic.password().reveal(), Secret.MASK);
    };
  }
}
