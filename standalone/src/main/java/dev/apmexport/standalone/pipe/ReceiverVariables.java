package dev.apmexport.standalone.pipe;

import dev.apmexport.exporter.block.BlockReader;
import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.sink.SinkConfig;
import dev.apmexport.exporter.sink.prometheus.RemoteWriteBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads the variables that say where points go and how. They are put together to a block of an {@code apm} list and read
 * as such, so the same values are good and bad here and there; what a block's reader says of a key is told of the
 * variable it came from.
 */
final class ReceiverVariables {
  static final String DEFAULT_URL = "http://localhost:9090/api/v1/write";
  private static final String RW = "K6_PROMETHEUS_RW_";
  private static final String[] URL = {"K6_PROMETHEUS_REMOTE_URL", RW + "SERVER_URL"};
  private static final String[] USER = {"K6_PROMETHEUS_USER", RW + "USERNAME"};
  private static final String[] PASSWORD = {"K6_PROMETHEUS_PASSWORD", RW + "PASSWORD"};
  private static final String[] SKIP_VERIFY = {"K6_PROMETHEUS_INSECURE_SKIP_TLS_VERIFY",
      RW + "INSECURE_SKIP_TLS_VERIFY"};
  private static final String CA_FILE = "K6_CA_CERT_FILE";
  private static final String HEADERS = RW + "HTTP_HEADERS";
  private static final String HEADER = RW + "HEADERS_";
  private static final String TREND_STATS = RW + "TREND_STATS";

  private final Variables variables;
  private final boolean newer;
  private final ObjectNode block = JsonMapper.shared().createObjectNode();
  /** The variable of each key of the block, by the key's path. */
  private final Map<String, String> origins = new LinkedHashMap<>();

  /** @param newer whether the defaults of the newer names hold */
  ReceiverVariables(Variables variables, boolean newer) {
    this.variables = variables;
    this.newer = newer;
  }

  /** The destination, or null where faults leave none. */
  @Nullable
  SinkConfig read() {
    String url = variables.text(URL);
    put(block, "remoteWriteURL", "remoteWriteURL", url == null ? DEFAULT_URL : url, variables.nameOf(URL));
    credentials();
    headers();
    tls(url != null && url.regionMatches(true, 0, "https:", 0, 6));
    trendStats();
    block.put("staleMarkers", variables.flag(false, RW + "STALE_MARKERS"));
    refuseWhatIsNotDone();
    BlockReader reader = BlockReader.of("", block);
    SinkConfig sink = RemoteWriteBlock.read(reader);
    reader.problems().forEach(this::tell);
    return reader.hasErrors() ? null : sink;
  }

  private void put(ObjectNode node, String key, String path, String value, String origin) {
    node.put(key, value);
    origins.put(path, origin);
  }

  private void credentials() {
    String user = variables.text(USER);
    String password = variables.text(PASSWORD);
    String token = variables.text(RW + "BEARER_TOKEN");
    if (user == null && password == null && token == null) { return; }
    ObjectNode credentials = block.putObject("credentials");
    if (user != null) {
      put(credentials, "username", "credentials.username", user, variables.nameOf(USER));
    }
    if (password != null) {
      put(credentials, "password", "credentials.password", password, variables.nameOf(PASSWORD));
    }
    if (token != null) {
      put(credentials, "token", "credentials.token", token, RW + "BEARER_TOKEN");
    }
    origins.put("credentials", "The group of " + variables.nameOf(USER) + ", " + variables.nameOf(PASSWORD) + " and "
        + RW + "BEARER_TOKEN");
  }

  private void headers() {
    Map<String, String> named = variables.beginningWith(HEADER);
    String listed = variables.text(HEADERS);
    if (named.isEmpty() && listed == null) { return; }
    ObjectNode headers = block.putObject("headers");
    origins.put("headers", HEADERS);
    named.forEach((name, value) -> put(headers, name, "headers." + name, value, HEADER + name));
    for (String header : listed == null ? new String[0] : listed.split(",", -1)) {
      int colon = header.indexOf(':');
      if (colon <= 0) {
        variables.fault(HEADERS + " must hold name:value,name:value; one of them has no name or no colon.");
      } else {
        String name = header.substring(0, colon).strip();
        put(headers, name, "headers." + name, header.substring(colon + 1).strip(), HEADERS + ", header " + name);
      }
    }
  }

  private void tls(boolean encrypted) {
    boolean skip = variables.flag(!newer, SKIP_VERIFY);
    String file = variables.text(CA_FILE);
    ObjectNode tls = JsonMapper.shared().createObjectNode();
    if (file != null) {
      readCertificates(file, tls);
    }
    if (encrypted) {
      block.set("tls", tls.put("insecureSkipVerify", skip));
      String asked = variables.text(SKIP_VERIFY);
      origins.put("tls.insecureSkipVerify",
          variables.nameOf(SKIP_VERIFY) + (asked == null ? ", which is true unless set to false," : ""));
    } else if (file != null) {
      variables.note(CA_FILE + " is of no use, since the address does not begin with https://.");
    }
  }

  private void readCertificates(String file, ObjectNode tls) {
    try {
      put(tls, "caCert", "tls.caCert", Files.readString(Path.of(file)), CA_FILE);
    } catch (IOException | InvalidPathException e) {
      variables.fault(CA_FILE + " names the file \"" + file + "\", which cannot be read: " + e + ".");
    }
  }

  private void trendStats() {
    String stats = variables.text(TREND_STATS);
    if (stats == null && !newer) { return; }
    var names = block.putArray("trendStats");
    origins.put("trendStats", TREND_STATS);
    for (String name : (stats == null ? "p(99)" : stats).split(",", -1)) {
      names.add(name.strip());
    }
  }

  private void refuseWhatIsNotDone() {
    for (String name : new String[]{"CLIENT_CERTIFICATE", "CLIENT_CERTIFICATE_KEY", "SIGV4_REGION",
        "SIGV4_ACCESS_KEY", "SIGV4_SECRET_KEY"}) {
      if (variables.text(RW + name) != null) {
        variables.fault(RW + name + " is not supported: a receiver is shown a user name and password, a bearer token "
            + "or headers. Unset it, and put a proxy that " + (name.startsWith("SIGV4") ? "signs requests"
                : "shows the certificate")
            + " in between.");
      }
    }
    if (variables.flag(false, RW + "TREND_AS_NATIVE_HISTOGRAM")) {
      variables.note(RW + "TREND_AS_NATIVE_HISTOGRAM is not supported; trends are sent as the statistics of "
          + TREND_STATS + ".");
    }
    String version = variables.text(RW + "TLS_MINIMUM_VERSION");
    if (version != null) {
      variables.note(RW + "TLS_MINIMUM_VERSION is ignored: version 1.3 is spoken where the receiver can, else 1.2.");
    }
  }

  private void tell(Problem problem) {
    String path = problem.path().startsWith(".") ? problem.path().substring(1) : problem.path();
    String sentence = origins.getOrDefault(path, path) + " " + inWordsOfVariables(problem.message());
    if (problem.isError()) {
      variables.fault(sentence);
    } else {
      variables.note(sentence);
    }
  }

  private static String inWordsOfVariables(String message) {
    return message.replace("Give caCert instead", "Set it to false, and " + CA_FILE + " if needed")
        .replace("With caCert it is not needed; caCert is not looked at", "Set it to false, else " + CA_FILE
            + " is not looked at")
        .replace("give credentials instead", "use " + RW + "BEARER_TOKEN, or a user name and password");
  }
}
