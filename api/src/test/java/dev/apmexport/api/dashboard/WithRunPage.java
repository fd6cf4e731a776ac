package dev.apmexport.api.dashboard;

import dev.apmexport.api.WithApi;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** A run with three blocks, and its page in a real browser, on the real api. */
abstract class WithRunPage extends WithApi {
  static final String HOSTILE = "<img src=x onerror='document.title = \"hacked\"'><script>alert(1)</script>";
  private static final String BLOCKS = """
      [{"provider": "prometheus", "remoteWriteURL": "https://prometheus.example.com/api/v1/write", "metrics": ["no such metric!"]},
       {"provider": "datadog", "apiKey": "0123456789abcdef0123456789abcdef", "region": "eu"},
       {"provider": "<b>newrelic</b>"}]""";

  @TempDir
  private Path folder;
  Chromium browser;
  String run = "";

  @BeforeEach
  void start_browser() {
    browser = Chromium.start(folder);
    run = post("/api/v1/test-runs", "{\"name\": " + JsonMapper.shared().writeValueAsString(HOSTILE)
        + ", \"options\": {\"cloud\": {\"apm\": " + BLOCKS + "}}}").at("/id");
  }

  @AfterEach
  void stop_browser() {
    if (browser != null) { // skipped else
      browser.close();
    }
  }

  String page(String path) {
    return "http://localhost:" + port + path;
  }

  void openRun() {
    openRun(3);
  }

  void openRun(int exports) {
    browser.open(page("/runs/" + run));
    browser.await("document.activeElement.id === 'token'");
    browser.enter(token);
    browser.await("document.querySelector('.state') && document.querySelectorAll('article').length === " + exports);
  }
}
