package dev.apmexport.api.remotewrite;

import dev.apmexport.api.security.Refused;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Which bodies are taken. A sender of remote write 2.0 that gets a 415 goes on with 1.0 (its specification, section
 * "Unsupported Request Content"); a receiver that took its body for 1.0 would find nothing in it.
 */
final class ContentNegotiation {
  private static final String TAKEN = "application/x-protobuf;proto=prometheus.WriteRequest";

  private ContentNegotiation() {}

  /** Throws {@link Refused} for another message or compression; what is not said is taken for granted. */
  static void check(@Nullable String contentType, @Nullable String encoding) {
    if (contentType != null && !isWriteRequest(contentType)) {
      throw new Refused(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The content type " + shown(contentType)
          + " is not taken here; send remote write 1.0, which is " + TAKEN + ".");
    }
    if (encoding != null && !encoding.strip().toLowerCase(Locale.ROOT).equals("snappy")) {
      throw new Refused(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The content encoding " + shown(encoding)
          + " is not taken here; send snappy, in its block format.");
    }
  }

  private static boolean isWriteRequest(String contentType) {
    try {
      MediaType type = MediaType.parseMediaType(contentType);
      String message = type.getParameter("proto");
      return type.getType().equals("application") && type.getSubtype().equals("x-protobuf")
          && (message == null || message.replace("\"", "").equals("prometheus.WriteRequest"));
    } catch (InvalidMediaTypeException e) {
      return false;
    }
  }

  private static String shown(String header) {
    return "\"" + (header.length() <= 100 ? header : header.substring(0, 100) + "…") + "\"";
  }
}
