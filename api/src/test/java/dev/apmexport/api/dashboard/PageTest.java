package dev.apmexport.api.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.api.WithApi;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest extends WithApi {
  private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");

  private HttpResponse<String> fetch(String path) throws IOException, InterruptedException {
    try (HttpClient browser = HttpClient.newHttpClient()) {
      return browser.send(HttpRequest.newBuilder(URI.create("http://localhost:" + port).resolve(path)).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String header(HttpResponse<?> answer, String name) {
    HttpHeaders headers = answer.headers();
    assertThat(headers.allValues(name)).as(name).hasSizeLessThan(2);
    return headers.firstValue(name).orElse("(none)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/runs", "/runs/100001", "/runs/9223372036854775807", "/page/style.css", "/page/page.js",
      "/page/icon.svg"})
  void a_page_and_its_parts_are_there_for_anybody_and_run_nothing_else(String path) throws Exception {
    HttpResponse<String> answer = fetch(path);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "Content-Security-Policy")).contains("default-src 'none'", "script-src 'self'",
        "frame-ancestors 'none'", "base-uri 'none'").doesNotContain("unsafe");
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(header(answer, "Cache-Control")).isEqualTo("no-cache");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/runs", "/runs/100001", "/runs/abc"})
  void everything_a_page_refers_to_is_there_wherever_the_service_stands(String path) throws Exception {
    HttpResponse<String> page = fetch(path);
    assertThat(header(page, "Content-Type")).isEqualTo("text/html;charset=UTF-8");
    assertThat(page.body()).doesNotContain("{root}", "{title}", "<style", " style=", "onerror");
    for (MatchResult link : LINK.matcher(page.body()).results().toList()) {
      assertThat(link.group(1)).doesNotStartWith("/").doesNotContain(":");
      assertThat(fetch(URI.create(path).resolve(link.group(1)).toString()).statusCode()).as(link.group(1))
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/runs/abc", "/runs/-1", "/runs/12345678901234567890", "/runs/%3Cscript%3E"})
  void what_is_no_number_is_no_run(String path) throws Exception {
    HttpResponse<String> answer = fetch(path);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("A test run has a number").doesNotContain("script", "abc");
    assertThat(header(answer, "Content-Security-Policy")).contains("default-src 'none'");
  }

  @Test
  void a_path_below_a_run_is_not_found() throws Exception {
    assertThat(fetch("/runs/100001/x").statusCode()).isEqualTo(404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/test-runs/100001", "/i/lg-1/api/v1/test-runs/100001"})
  void data_are_kept_by_no_browser(String path) throws Exception {
    HttpResponse<String> answer = fetch(path);

    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
  }
}
