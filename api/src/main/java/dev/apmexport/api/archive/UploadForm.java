package dev.apmexport.api.archive;

import dev.apmexport.api.security.Refused;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.servlet.ServletRequestContext;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * A multipart form with one large part, which is handed on as it comes in; nothing of it is put down anywhere. The
 * servlet's own reading of such forms is switched off, since it writes large parts to disk.
 */
public final class UploadForm {
  private static final int MAX_PARTS = 20;
  private static final int MAX_TEXT = 64 << 10;

  private final Map<String, String> texts = new HashMap<>();
  private final String fileName;
  private final Consumer<InputStream> file;
  private boolean fileCame;

  private UploadForm(String fileName, Consumer<InputStream> file) {
    this.fileName = fileName;
    this.file = file;
  }

  /**
   * Reads a form to its end, in whatever order its parts are.
   *
   * @param fileName the name of the large part
   * @param file is called with that part, if there is one, and reads as much of it as it wants
   */
  public static UploadForm read(HttpServletRequest request, String fileName, Consumer<InputStream> file) {
    UploadForm form = new UploadForm(fileName, file);
    try {
      FileItemIterator parts = new FileUpload().getItemIterator(new ServletRequestContext(request));
      if (!parts.hasNext()) { throw unreadable("it has no part"); }
      for (int count = 1; parts.hasNext(); count++) {
        if (count > MAX_PARTS) { throw unreadable("it has more than " + MAX_PARTS + " parts"); }
        form.take(parts.next());
      }
      return form;
    } catch (IOException e) {
      throw unreadable(String.valueOf(e.getMessage()).replaceFirst("\\.$", ""));
    }
  }

  private void take(FileItemStream part) throws IOException {
    String name = String.valueOf(part.getFieldName());
    try (InputStream content = part.openStream()) {
      if (!name.equals(fileName)) {
        texts.putIfAbsent(name, text(name, content));
      } else if (fileCame) {
        throw unreadable("it has the part \"" + name + "\" twice");
      } else {
        fileCame = true;
        file.accept(content);
      }
    }
  }

  private static String text(String name, InputStream content) throws IOException {
    byte[] text = content.readNBytes(MAX_TEXT + 1);
    if (text.length > MAX_TEXT) { throw unreadable("its part \"" + name + "\" is longer than " + MAX_TEXT + " bytes"); }
    return new String(text, StandardCharsets.UTF_8);
  }

  private static Refused unreadable(String why) {
    return new Refused(HttpStatus.BAD_REQUEST, "The multipart body cannot be read: " + why + ".");
  }

  /** The text of a small part; null if the form has none of that name. */
  public @Nullable String text(String name) {
    return texts.get(name);
  }
}
