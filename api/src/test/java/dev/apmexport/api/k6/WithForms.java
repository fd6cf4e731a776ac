package dev.apmexport.api.k6;

import dev.apmexport.api.WithApi;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** The forms with which k6 0.54 to 2.1 makes a run. */
abstract class WithForms extends WithApi {
  static final String END = "--x--\r\n";

  /** A script's archive with these options and this script. */
  static byte[] archive(String options, String script) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      file(tar, "metadata.json", "{\"type\":\"js\",\"options\":" + options
          + ",\"filename\":\"file:///home/me/checkout.js\",\"env\":{\"PASSWORD\":\"canary-env\"}}");
      file(tar, "data", script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void file(TarArchiveOutputStream tar, String name, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  static InputStream text(String name, String value) {
    return bytes("--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n");
  }

  static InputStream file(byte[] archive) {
    return file(new ByteArrayInputStream(archive));
  }

  static InputStream file(InputStream archive) {
    return parts(bytes("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"archive.tar\"\r\n"
        + "Content-Type: application/octet-stream\r\n\r\n"), archive, bytes("\r\n"));
  }

  static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  static InputStream parts(InputStream... parts) {
    return new SequenceInputStream(Collections.enumeration(List.of(parts)));
  }

  Answer create(InputStream... parts) {
    return create(BodyPublishers.ofInputStream(() -> parts(parts(parts), bytes(END))));
  }

  Answer create(BodyPublisher form, String... headers) {
    var request = request("/v1/tests").header("Content-Type", "multipart/form-data; boundary=x").POST(form);
    return send(headers.length == 0 ? request : request.headers(headers));
  }
}
