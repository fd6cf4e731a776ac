package dev.apmexport.api.security;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.util.ClassUtils;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;

/** Says a refusal in the caller's own format: k6's on k6's paths, RFC 9457 on ours. */
@RestControllerAdvice
public final class Refusals extends ResponseEntityExceptionHandler {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  @ExceptionHandler
  ResponseEntity<Object> refused(Refused refused, HttpServletRequest request) {
    ResponseEntity<Object> answer = answer(refused.status(), refused.code(), String.valueOf(refused.getMessage()),
        refused.facts(), request);
    Duration wait = refused.retryAfter();
    return wait == null ? answer : ResponseEntity.status(refused.status()).headers(answer.getHeaders())
        .header(HttpHeaders.RETRY_AFTER, Long.toString(Refused.seconds(wait))).body(answer.getBody());
  }

  /** A fault of ours: the log has the cause, the caller a sentence. */
  @ExceptionHandler
  ResponseEntity<Object> fault(RuntimeException fault, HttpServletRequest request) {
    LOG.error("{} {} failed.", request.getMethod(), request.getRequestURI(), fault);
    return answer(HttpStatus.INTERNAL_SERVER_ERROR, "The service failed to handle this request; its log tells why.",
        Map.of(), request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleExceptionInternal(Exception e, @Nullable Object body,
      HttpHeaders headers, HttpStatusCode status, WebRequest request) {
    Object said = body == null && e instanceof ErrorResponse response ? response.getBody() : body;
    String detail = e instanceof HttpMessageNotReadableException unreadable ? unreadable(unreadable)
        : e instanceof MethodArgumentTypeMismatchException mismatch ? mismatch(mismatch)
            : said instanceof ProblemDetail problem && problem.getDetail() != null ? problem.getDetail()
                : "The request cannot be served.";
    ResponseEntity<Object> answer = answer(status, detail, Map.of(), ((ServletWebRequest) request).getRequest());
    return ResponseEntity.status(status).headers(headers).headers(answer.getHeaders()).body(answer.getBody());
  }

  /** Where the mistake is, without the parser's own words, which may quote a secret. */
  private static String unreadable(HttpMessageNotReadableException e) {
    return e.getCause() instanceof JacksonException mistake
        ? "The body cannot be read as JSON from line " + mistake.getLocation().getLineNr() + ", column "
            + mistake.getLocation().getColumnNr() + " on; a comma, quote or bracket may be missing before."
        : "The body is missing or cannot be read; send JSON.";
  }

  private static String mismatch(MethodArgumentTypeMismatchException e) {
    Class<?> wanted = e.getRequiredType();
    boolean number = wanted != null && Number.class.isAssignableFrom(ClassUtils.resolvePrimitiveIfNecessary(wanted));
    return "\"" + e.getValue() + "\" cannot be the value of \"" + e.getName() + "\""
        + (number ? ", which is a whole number." : ".");
  }

  private static ResponseEntity<Object> answer(HttpStatusCode status, String sentence, Map<String, Object> facts,
      HttpServletRequest request) {
    return answer(status, status.value(), sentence, facts, request);
  }

  private static ResponseEntity<Object> answer(HttpStatusCode status, int code, String sentence,
      Map<String, Object> facts, HttpServletRequest request) {
    String path = request.getRequestURI();
    if (isK6(path)) {
      return ResponseEntity.status(status).header(HttpHeaders.CONTENT_TYPE, "application/json")
          .body(Map.of("error", Map.of("code", code(code, path), "message", sentence)));
    }
    ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, sentence);
    facts.forEach(problem::setProperty);
    return ResponseEntity.status(status).header(HttpHeaders.CONTENT_TYPE, "application/problem+json").body(problem);
  }

  /** k6's first protocol wants a number, the ones since a text: with the other, k6 shows no message. */
  private static Object code(int code, String path) {
    return isSince2(path) ? Integer.toString(code) : code;
  }

  /** Whether the path is one of k6's own. */
  public static boolean isK6(String path) {
    return path.startsWith("/v1/") || path.startsWith("/v2/") || isSince2(path);
  }

  /** Of the v6 and provisioning protocols, which k6 speaks since 2.0 and 2.2. */
  private static boolean isSince2(String path) {
    return path.startsWith("/cloud/") || path.startsWith("/provisioning/");
  }
}
