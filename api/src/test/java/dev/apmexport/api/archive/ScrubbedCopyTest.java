package dev.apmexport.api.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apmexport.api.security.Refused;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ScrubbedCopyTest {
  private static final String PLAIN = "{\"options\":{}}";
  private static final String METADATA = """
      {"type": "js", "filename": "file:///home/me/checkout.js", "env": {"DUR": "15s", "PASSWORD": "canary-env", "STAGE": "blue"},
       "options": {"vus": 2, "tags": {"key": "canary-env", "stage": "blue"},
         "scenarios": {"default": {"executor": "constant-vus", "env": {"KEY": "canary-scenario"}}},
         "tlsAuth": [{"domains": ["example.com"], "cert": "CERTIFICATE", "key": "canary-key", "password": "canary-password"}],
         "cloud": {"name": "Shop", "token": "canary-cloud-token", "apm": [
           {"provider": "prometheus", "remoteWriteURL": "https://user:canary-user@example.com/w?key=canary-parameter&x=1",
            "credentials": {"token": "canary-\\"quoted\\"-token"}, "metrics": ["vus"]}, "canary-misplaced"]},
         "ext": {"loadimpact": {"token": "canary-ext-token", "apm": {"api_key": "canary-no-list"}}}}}""";
  private static final String SCRIPT = """
      export const options = { cloud: { token: 'canary-cloud-token' } };
      http.get('https://example.com/?k=canary-parameter', { password: 'canary-user', t: "canary-\\"quoted\\"-token" });
      const all = ['canary-env', `canary-scenario`, 'canary-key', 'canary-password', 'canary-ext-token', 'blue', 'canary-no-list', 'canary-misplaced'];
      """;

  @Test
  void a_copy_holds_every_entry_and_no_secret() {
    byte[] archive = Archives.of(METADATA).file("data", SCRIPT).directory("file/").directory("file/home/")
        .link("file/home/checkout.js", "data").file("file/home/" + "long/".repeat(60) + "users.csv", "a,canary-env\n")
        .file("https/example.com/canary-env/lib.js", "// canary-scenario").file("empty", "").tar();

    byte[] copy = copy(archive);

    Map<String, String> entries = Archives.entries(copy);
    assertThat(entries.keySet()).containsExactly("metadata.json", "data", "file/", "file/home/",
        "file/home/checkout.js", "file/home/" + "long/".repeat(60) + "users.csv", "https/example.com/**********/lib.js",
        "empty");
    assertThat(entries.get("file/home/checkout.js")).isEqualTo("-> data");
    assertThat(entries.get("data")).hasSameSizeAs(SCRIPT).contains("token: '******************'", "'blue'",
        "t: \"***********************\"", "https://example.com/?k=****************'");
    assertThat(new String(copy, StandardCharsets.UTF_8)).doesNotContain("canary");
  }

  @Test
  void metadata_stays_what_k6_can_read() {
    JsonNode metadata = JsonMapper.shared()
        .readTree(Archives.entries(copy(Archives.of(METADATA).tar())).get("metadata.json"));

    assertThat(metadata.at("/env")).isEqualTo(json("{\"DUR\":\"***\",\"PASSWORD\":\"***\",\"STAGE\":\"***\"}"));
    assertThat(metadata.at("/options/tags")).isEqualTo(json("{\"key\":\"**********\",\"stage\":\"blue\"}"));
    assertThat(metadata.at("/options/tlsAuth/0/cert").asString()).isEqualTo("CERTIFICATE");
    assertThat(metadata.at("/options/cloud/name").asString()).isEqualTo("Shop");
    assertThat(metadata.at("/options/cloud/token").asString()).isEqualTo("***");
    assertThat(metadata.at("/options/cloud/apm/0/metrics/0").asString()).isEqualTo("vus");
    assertThat(metadata.at("/options/ext/loadimpact/apm").asString()).isEqualTo("***");
    assertThat(metadata.at("/options/vus").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_run_is_told_what_the_archive_says_whether_or_not_a_copy_is_made(boolean copied) {
    ScriptArchive script = ScrubbedCopy.read(new ByteArrayInputStream(Archives.of(METADATA).tar()),
        copied ? new ByteArrayOutputStream() : null).script();

    assertThat(script.name()).isEqualTo("Shop");
    assertThat(script.options().at("/cloud/apm/0/credentials/token").asString()).isEqualTo("canary-\"quoted\"-token");
  }

  @Test
  void what_k6_does_not_write_is_refused() {
    refused(new Archives().file("data", "x").file("metadata.json", PLAIN), "first entry is not metadata.json");
    refused(Archives.of(PLAIN).file("metadata.json", METADATA), "holds metadata.json twice");
    refused(new Archives().entry("metadata.json", TarConstants.LF_SYMLINK, new byte[0], "data"), "first entry is not");
    refused(Archives.of(PLAIN).entry("dev", TarConstants.LF_CHR, new byte[0], ""), "neither a file nor a directory");
    refused(Archives.of(PLAIN).entry("pipe", TarConstants.LF_FIFO, new byte[0], ""), "neither a file nor a directory");
    refused(Archives.of(PLAIN).entry("link", TarConstants.LF_SYMLINK, new byte[0], "/etc/passwd"), "\"link\" in it is");
    refused(new Archives(), "first entry is not metadata.json");
  }

  @Test
  void what_is_too_large_is_refused() {
    refused(Archives.of("{\"options\":{}, \"x\": \"" + "x".repeat(4 << 20) + "\"}"), "larger than 4194304 bytes");
    for (OutputStream copy : new OutputStream[]{OutputStream.nullOutputStream(), null}) {
      assertThatThrownBy(() -> ScrubbedCopy.read(large((1L << 30) + 1), copy)).isInstanceOf(Refused.class)
          .hasMessageContaining("larger than 1073741824 bytes");
    }
    refused(Archives.of(PLAIN).entry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME, new byte[2 << 20], ""),
        "header is larger than 1048576 bytes");
    Archives many = Archives.of(PLAIN);
    for (int i = 0; i < 10_000; i++) {
      many.file("file/" + i, "");
    }
    refused(many, "more than 10000 entries");
  }

  @Test
  void what_is_too_large_for_a_copy_is_read_to_its_end_without_one() {
    ScrubbedCopy.Taken taken = ScrubbedCopy.read(large(65 << 20), OutputStream.nullOutputStream());

    assertThat(taken.notCopied()).isEqualTo("it is larger than 67108864 bytes");
    assertThat(taken.script().options().isObject()).isTrue();
    assertThat(ScrubbedCopy.read(large(65 << 20), null).notCopied()).as("none was wanted").isNull();
  }

  @Test
  void more_secrets_than_can_be_looked_for_are_not_copied_and_keep_no_test_from_running() {
    String env = "\"env\":{\"ONE\":\"" + "x".repeat(150_000) + "\",\"TWO\":\"" + "y".repeat(150_000) + "\"}";
    byte[] archive = Archives.of("{\"filename\":\"file:///home/me/checkout.js\",\"options\":{}," + env + "}")
        .file("data", "x".repeat(150_000)).tar();
    ByteArrayOutputStream copy = new ByteArrayOutputStream();

    ScrubbedCopy.Taken taken = ScrubbedCopy.read(new ByteArrayInputStream(archive), copy);

    assertThat(taken.notCopied()).contains("environment variables", "longer than 262144 bytes");
    assertThat(taken.script().name()).isEqualTo("checkout.js");
    assertThat(copy.size()).isZero();
    assertThatThrownBy(() -> copy(Arrays.copyOf(archive, archive.length - 100_000))).as("it is read nevertheless")
        .isInstanceOf(Refused.class);
  }

  @Test
  void a_copy_of_deep_metadata_is_not_much_larger_than_the_metadata() {
    String deep = "{\"a\":".repeat(400) + "{" + IntStream.range(0, 10_000).mapToObj(i -> "\"" + i + "\":1")
        .collect(Collectors.joining(",")) + "}" + "}".repeat(400);

    assertThat(copy(Archives.of("{\"options\":{},\"deep\":" + deep + "}").tar()))
        .hasSizeLessThan(2 * deep.length());
  }

  /** An archive with a file of so many zeros. */
  private static InputStream large(long size) {
    TarArchiveEntry file = new TarArchiveEntry("file/users.csv");
    file.setSize(size);
    byte[] header = new byte[512];
    file.writeEntryHeader(header);
    byte[] begin = Arrays.copyOf(Archives.of(PLAIN).tar(), 1_024);
    return new SequenceInputStream(Collections.enumeration(List.of(new ByteArrayInputStream(begin),
        new ByteArrayInputStream(header), new Zeros((size + 511) / 512 * 512 + 1_024))));
  }

  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long count) {
      left = count;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] to, int from, int length) {
      if (left <= 0) { return -1; }
      int count = (int) Math.min(left, length);
      Arrays.fill(to, from, from + count, (byte) 0);
      left -= count;
      return count;
    }
  }

  @Test
  void a_file_that_says_to_be_endless_is_refused_where_the_archive_ends() {
    byte[] archive = Archives.of(PLAIN).file("data", "x").tar();
    int header = 1024; // behind the metadata
    Arrays.fill(archive, header + 124, header + 135, (byte) '7'); // the size, in octal digits: 8 GiB
    checksum(archive, header);

    assertThatThrownBy(() -> copy(archive)).isInstanceOf(Refused.class).hasMessageContaining("archive cannot be used");
  }

  @Test
  void an_archive_that_breaks_off_is_refused_wherever_it_does() {
    byte[] whole = Archives.of(METADATA).file("data", "x".repeat(700)).directory("file/").link("file/x", "data").tar();
    int end = whole.length;
    while (whole[end - 1] == 0) {
      end--;
    }
    int entries = (end + 511) / 512 * 512;
    for (int length = 0; length < entries; length += 97) {
      byte[] broken = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> copy(broken)).as("%d of %d bytes", length, whole.length).isInstanceOf(Refused.class)
          .hasMessageStartingWith("The archive cannot be used: ");
    }
    assertThatThrownBy(() -> copy(Arrays.copyOf(whole, entries))).hasMessageContaining("its end is missing");
    assertThat(Archives.entries(copy(Arrays.copyOf(whole, entries + 1024)))).hasSize(4);
  }

  private static void checksum(byte[] archive, int header) {
    Arrays.fill(archive, header + 148, header + 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += archive[header + i] & 0xFF;
    }
    byte[] digits = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, archive, header + 148, digits.length);
  }

  private static void refused(Archives archive, String why) {
    byte[] tar = archive.tar();
    assertThatThrownBy(() -> copy(tar)).isInstanceOf(Refused.class).hasMessageContaining(why);
    assertThatThrownBy(() -> ScrubbedCopy.read(new ByteArrayInputStream(tar), null)).isInstanceOf(Refused.class)
        .hasMessageContaining(why);
  }

  private static byte[] copy(byte[] archive) {
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    ScrubbedCopy.read(new ByteArrayInputStream(archive), copy);
    return copy.toByteArray();
  }

  private static JsonNode json(String text) {
    return JsonMapper.shared().readTree(text);
  }
}
