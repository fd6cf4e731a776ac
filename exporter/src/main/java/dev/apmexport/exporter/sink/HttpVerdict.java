package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP answer means for a batch, alike for all destinations. The status alone decides; the text is kept for
 * people.
 */
public final class HttpVerdict {
  private static final int MAX_REASON = 500;

  private HttpVerdict() {}

  /**
   * @param wait what the answer says of when to come back, as {@link RetryAfter} reads it
   * @param masked takes our secrets out of the answer's text
   */
  public static WriteResult of(HttpTransport.Answer answer, @Nullable String wait, UnaryOperator<String> masked) {
    int status = answer.status();
    String reason = reason(answer, masked);
    if (status / 100 == 2) { return new WriteResult.Accepted(); }
    return switch (status) {
      case 400, 409, 422 -> new WriteResult.Invalid(reason);
      case 413 -> new WriteResult.TooLarge(reason);
      case 415 -> new WriteResult.WrongFormat(reason);
      case 408, 425, 429, 503 ->
        new WriteResult.RetryLater(Cause.BUSY, reason, RetryAfter.parse(wait, InstantSource.fixed(answer.at())));
      default -> status >= 500
          ? new WriteResult.RetryLater(Cause.FAILED, reason, RetryAfter.parse(wait, InstantSource.fixed(answer.at())))
          : new WriteResult.NotAuthorized(reason);
    };
  }

  /** The answer in one line. */
  public static String reason(HttpTransport.Answer answer, UnaryOperator<String> masked) {
    return "HTTP " + answer.status() + ": " + shortened(masked.apply(answer.body()));
  }

  /** @param destination without any secret */
  public static WriteResult.RetryLater noAnswer(String destination, IOException e) {
    String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    Cause cause = e instanceof HttpTransport.NoTurn ? Cause.BUSY : Cause.NO_ANSWER;
    return new WriteResult.RetryLater(cause, "No answer from " + destination + ": " + shortened(what),
        Duration.ZERO);
  }

  private static String shortened(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "…";
  }
}
