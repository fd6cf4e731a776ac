package dev.apmexport.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A headless Chromium with one page, driven over its DevTools protocol. A test that needs one is skipped where there is
 * none, but fails in continuous integration: nobody reads skips there.
 */
final class Chromium implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  /** Without the first, Chromium does not start for root; the others keep it from asking for anything outside. */
  private static final List<String> FLAGS = List.of("--no-sandbox", "--headless", "--disable-gpu", "--disable-quic",
      "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--remote-debugging-port=0", "about:blank");

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  private Chromium(Process process, Path profile) {
    this.process = process;
    this.socket = http.newWebSocketBuilder().buildAsync(page(devTools(profile)), new Incoming()).join();
    List.of("Page.enable", "Runtime.enable", "Log.enable").forEach(this::call);
  }

  /** @param folder an empty one, which it keeps its files in */
  static Chromium start(Path folder) {
    Path program = required(find());
    Path profile = folder.resolve("profile");
    List<String> command = new ArrayList<>(List.of(program.toString(), "--user-data-dir=" + profile));
    command.addAll(FLAGS);
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true)
          .redirectOutput(folder.resolve("chromium.log").toFile()).start();
      try {
        return new Chromium(process, profile);
      } catch (RuntimeException | Error e) {
        stop(process);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> find() {
    return Arrays.stream(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":", -1))
        .map(folder -> Path.of(folder, "chromium")).filter(Files::isExecutable).findFirst();
  }

  private static Path required(Optional<Path> found) {
    if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
      fail("chromium is not on the PATH, and CI=true");
    }
    Assumptions.assumeTrue(found.isPresent(), "chromium is not on the PATH");
    return found.orElseThrow();
  }

  /** Where it listens, which it writes down once it does. */
  private URI devTools(Path profile) {
    Path file = profile.resolve("DevToolsActivePort");
    List<String> lines = patiently("where it listens", () -> Files.exists(file) ? Files.readAllLines(file) : List.of(),
        written -> written.size() > 1);
    return URI.create("http://127.0.0.1:" + lines.getFirst() + "/json/list");
  }

  /** Its first page, which may come later than its door. */
  private URI page(URI list) {
    HttpRequest request = HttpRequest.newBuilder(list).build();
    return patiently("its page", () -> JsonMapper.shared()
        .readTree(http.send(request, HttpResponse.BodyHandlers.ofString()).body()).valueStream()
        .filter(target -> target.path("type").asString().equals("page"))
        .map(target -> URI.create(target.path("webSocketDebuggerUrl").asString())).findFirst(), Optional::isPresent)
        .orElseThrow();
  }

  private <T> T patiently(String what, Callable<T> asked, Predicate<T> told) {
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (System.nanoTime() < giveUp) {
        T answer = asked.call();
        if (told.test(answer)) { return answer; }
        assertThat(process.waitFor(50, TimeUnit.MILLISECONDS)).as("Chromium ended at once").isFalse();
      }
    } catch (Exception e) {
      throw new IllegalStateException("Chromium does not tell " + what, e);
    }
    throw new AssertionError("Chromium does not tell " + what + " within " + PATIENCE);
  }

  private final class Incoming implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      message.append(part);
      if (last) {
        take(JsonMapper.shared().readTree(message.toString()));
        message.setLength(0);
      }
      from.request(1);
      return null;
    }
  }

  private void take(JsonNode message) {
    CompletableFuture<JsonNode> asked = answers.remove(message.path("id").asInt(-1));
    if (asked != null) {
      asked.complete(message);
      return;
    }
    JsonNode said = message.path("params");
    switch (message.path("method").asString("")) {
      case "Runtime.exceptionThrown" -> complaints.add(said.path("exceptionDetails").toString());
      case "Runtime.consoleAPICalled" -> complaints.add(said.path("args").toString());
      case "Log.entryAdded" -> complaints.add(said.path("entry").path("text").asString() + " "
          + said.path("entry").path("url").asString(""));
      default -> {} // nobody asks
    }
  }

  /** Calls a method of the protocol with names and values of its parameters. */
  JsonNode call(String method, Object... parameters) {
    ObjectNode call = JsonMapper.shared().createObjectNode().put("id", calls.incrementAndGet()).put("method", method);
    ObjectNode values = call.putObject("params");
    for (int i = 0; i < parameters.length; i += 2) {
      values.set((String) parameters[i], JsonMapper.shared().valueToTree(parameters[i + 1]));
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(calls.get(), answer);
    socket.sendText(call.toString(), true).join();
    JsonNode got = answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertThat(got.has("error")).as(method + ": " + got).isFalse();
    return got.path("result");
  }

  void open(String url) {
    call("Page.navigate", "url", url);
    await("document.readyState === 'complete' && location.href === " + JsonMapper.shared().writeValueAsString(url));
  }

  /** The value of an expression in the page. */
  JsonNode value(String expression) {
    JsonNode got = call("Runtime.evaluate", "expression", expression, "returnByValue", true, "awaitPromise", true);
    assertThat(got.has("exceptionDetails")).as(expression + ": " + got).isFalse();
    return got.path("result").path("value");
  }

  String text() {
    return value("document.body.innerText").asString();
  }

  /** Waits until a condition holds in the page. */
  void await(String condition) {
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    String once = "new Promise(tell => setTimeout(() => tell(Boolean(" + condition + ")), 50))";
    while (!value(once).asBoolean()) {
      if (System.nanoTime() > giveUp) { throw new AssertionError("never " + condition + " in:\n" + text()); }
    }
  }

  void awaitText(String text) {
    await("document.body.innerText.includes(" + JsonMapper.shared().writeValueAsString(text) + ")");
  }

  /** Types where the focus is, and presses Enter. */
  void enter(String text) {
    call("Input.insertText", "text", text);
    call("Input.dispatchKeyEvent", "type", "keyDown", "key", "Enter", "code", "Enter", "text", "\r",
        "windowsVirtualKeyCode", 13);
    call("Input.dispatchKeyEvent", "type", "keyUp", "key", "Enter", "code", "Enter", "windowsVirtualKeyCode", 13);
  }

  void resize(int width, int height) {
    call("Emulation.setDeviceMetricsOverride", "width", width, "height", height, "deviceScaleFactor", 1, "mobile",
        false);
  }

  void prefer(String scheme) {
    call("Emulation.setEmulatedMedia", "features",
        List.of(Map.of("name", "prefers-color-scheme", "value", scheme)));
  }

  /** Whatever came onto the console: errors, refused loads, messages. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() {
    socket.abort();
    http.close();
    stop(process);
  }

  private static void stop(Process process) {
    List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(one -> one.onExit().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join());
  }
}
