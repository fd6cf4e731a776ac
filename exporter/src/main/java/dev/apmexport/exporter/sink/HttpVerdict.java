package dev.apmexport.exporter.sink;

import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
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
      case 425, 429 -> later(Cause.BUSY, reason, answer, wait);
      case 408, 504 -> later(Cause.NO_ANSWER, reason, answer, wait);
      default -> status >= 500 ? later(Cause.FAILED, reason, answer, wait) : new WriteResult.NotAuthorized(reason);
    };
  }

  private static WriteResult later(Cause cause, String reason, HttpTransport.Answer answer, @Nullable String wait) {
    return new WriteResult.RetryLater(cause, reason, RetryAfter.parse(wait, InstantSource.fixed(answer.at())));
  }

  /** The answer in one line. */
  public static String reason(HttpTransport.Answer answer, UnaryOperator<String> masked) {
    return "HTTP " + answer.status() + ": " + shortened(masked.apply(answer.body()));
  }

  /** @param destination without any secret */
  public static WriteResult.RetryLater noAnswer(String destination, IOException e) {
    String what = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new WriteResult.RetryLater(cause(e), "No answer from " + destination + ": " + shortened(what),
        Duration.ZERO);
  }

  private static Cause cause(IOException e) {
    return switch (e) {
      case HttpTransport.NoTurn _ -> Cause.BUSY;
      case ConnectException _,ConnectTimeoutException _,NoRouteToHostException _,UnknownHostException _,SSLHandshakeException _,SSLPeerUnverifiedException _ ->
        Cause.NO_CONNECTION;
      default -> Cause.NO_ANSWER;
    };
  }

  private static String shortened(String text) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "…";
  }
}
