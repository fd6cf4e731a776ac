package dev.apmexport.exporter.sink.prometheus;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.exporter.sink.Amendment;
import dev.apmexport.exporter.sink.SinkConfig;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The keys of an apm block with {@code provider: 'prometheus'} that are its own. */
public final class RemoteWriteBlock {
  private RemoteWriteBlock() {}

  /** The destination, or null if the reader has noted errors that leave none. */
  public static @Nullable SinkConfig read(BlockReader block) {
    URI url = block.url("remoteWriteURL");
    block.require("remoteWriteURL", url,
        "the address to write to, such as https://prometheus.example.com/api/v1/write.");
    Credentials credentials = credentials(block.object("credentials"));
    return url == null ? null : new RemoteWriteConfig(url, credentials, new Amendment.Refused());
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
    if (token != null) { return new Credentials.Bearer(token); }
    return username != null && password != null ? new Credentials.Basic(username, password) : new Credentials.None();
  }
}
