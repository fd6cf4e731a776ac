package dev.apmexport.api.security;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpStatus;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;

/** Bounds every body that is read as a whole. Pushes and samples are streams, which bound themselves. */
@RestControllerAdvice
public final class BodyLimit extends RequestBodyAdviceAdapter {
  static final int MAX_BYTES = 4 << 20;

  @Override
  public boolean supports(MethodParameter parameter, Type type,
      Class<? extends HttpMessageConverter<?>> converter) {
    return true;
  }

  @Override
  public HttpInputMessage beforeBodyRead(HttpInputMessage message, MethodParameter parameter, Type type,
      Class<? extends HttpMessageConverter<?>> converter) throws IOException {
    return new Bounded(message.getHeaders(), new BoundedBody(message.getBody()));
  }

  private record Bounded(HttpHeaders getHeaders, InputStream getBody) implements HttpInputMessage {}

  private static final class BoundedBody extends FilterInputStream {
    private long taken;

    BoundedBody(InputStream body) {
      super(body);
    }

    @Override
    public int read() throws IOException {
      int one = super.read();
      count(one < 0 ? 0 : 1);
      return one;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      int got = super.read(to, from, length);
      count(got);
      return got;
    }

    private void count(int bytes) {
      taken += Math.max(bytes, 0);
      if (taken > MAX_BYTES) {
        throw new Refused(HttpStatus.CONTENT_TOO_LARGE, "The body is larger than " + MAX_BYTES + " bytes.");
      }
    }
  }
}
