package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.sink.Headers;
import dev.apmexport.exporter.sink.Tls;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of a block that say where its points are read back. */
final class ReadBackBlock {
  private static final List<String> OF_NO_USE_ALONE = List.of("queryCredentials", "queryHeaders");

  private ReadBackBlock() {}

  /**
   * Where to ask; null where the block does not say so. Without credentials or headers of its own the question takes
   * those of the writing along, if it goes to the same server; to another it would give them away.
   */
  static @Nullable ReadBackConfig read(BlockReader block, @Nullable URI write, Credentials credentials, Headers headers,
      Tls tls) {
    URI url = block.url("queryURL");
    Credentials own = RemoteWriteBlock.credentials(block.object("queryCredentials"));
    Headers ownHeaders = Headers.read(block, "queryHeaders");
    if (url == null) {
      OF_NO_USE_ALONE.stream().filter(key -> block.has(key) && !block.has("queryURL"))
          .forEach(key -> block.warning(key, "is of no use without queryURL."));
      return null;
    }
    boolean same = write != null && isSameServer(url, write);
    return new ReadBackConfig(url, same && !block.has("queryCredentials") ? credentials : own,
        same && !block.has("queryHeaders") ? headers : ownHeaders, tls);
  }

  private static boolean isSameServer(URI one, URI other) {
    return one.getScheme().equalsIgnoreCase(other.getScheme()) && one.getHost().equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }
}
