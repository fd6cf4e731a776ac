package dev.apmexport.exporter.block;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Web addresses as users write them. */
final class Address {
  private Address() {}

  /** The address, or null if it is none of http or https with a host; credentials do not belong into it. */
  static @Nullable URI parse(String text) {
    try {
      URI url = new URI(text);
      boolean web = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
      return web && url.getHost() != null && url.getUserInfo() == null && url.getPort() <= 65_535 && url.getPort() != 0
          ? url : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }

  /** What may be less than plain about an address that is none. */
  static String hint(String text) {
    return text.matches("(?s)(?i)https?://[^/?#@]*_.*") ? " (a host's name cannot hold an underscore)" : "";
  }

  /** What may be shown of it: user info and query may hold keys. */
  static String withoutSecrets(String url) {
    String shown = url.replaceFirst("(?s)^([a-zA-Z]+://)?.*@", "$1***@").replaceFirst("(?s)([?#]).*", "$1***");
    return Shown.plain(shown);
  }
}
