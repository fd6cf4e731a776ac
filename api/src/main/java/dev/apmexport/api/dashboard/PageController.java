package dev.apmexport.api.dashboard;

import io.swagger.v3.oas.annotations.Hidden;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * The page of a run, whose address k6 prints, and the list of runs. All links in them are relative, so that the service
 * may stand behind a path of another server.
 */
@Hidden
@RestController
public class PageController {
  private static final String HERE = "";
  private static final String ABOVE = "../";
  private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);
  /** Any run's number, which is a positive 64-bit one. */
  private static final String NUMBER = "\\d{1,19}";

  private final String page = read("/page/page.html");
  private final String notFound = read("/page/not-found.html");

  @GetMapping({"/", "/runs"})
  ResponseEntity<String> runs() {
    return answer(HttpStatus.OK, page, HERE, "Test runs");
  }

  /** The same for every number: whether there is such a run is told to those who have a token for it. */
  @GetMapping("/runs/{id}")
  ResponseEntity<String> run(@PathVariable String id) {
    return id.matches(NUMBER) ? answer(HttpStatus.OK, page, ABOVE, "Test run " + id)
        : answer(HttpStatus.NOT_FOUND, notFound, ABOVE, "");
  }

  private static ResponseEntity<String> answer(HttpStatus status, String page, String root, String title) {
    return ResponseEntity.status(status).contentType(HTML).body(page.replace("{root}", root).replace("{title}", title));
  }

  private static String read(String resource) {
    try (InputStream page = Objects.requireNonNull(PageController.class.getResourceAsStream(resource), resource)) {
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
