package dev.apmexport.api.remotewrite;

import static dev.apmexport.exporter.source.remotewrite.WriteRequests.labels;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.k6.MetricSets;
import dev.apmexport.exporter.source.remotewrite.WriteRequests;
import dev.apmexport.exporter.source.remotewrite.WriteRequests.Sample;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pushes that are refused, as a whole or in part, and what their sender is told. */
class BadPushTest extends WithRemoteWrite {
  @ParameterizedTest
  @CsvSource({"application/x-protobuf;proto=io.prometheus.write.v2.Request,snappy,415",
      "application/x-protobuf;proto=\"io.prometheus.write.v2.Request\",snappy,415", "application/json,snappy,415",
      "nonsense,snappy,415", "application/x-protobuf,gzip,415", "application/x-protobuf,zstd,415",
      "application/x-protobuf;proto=prometheus.WriteRequest,snappy,204",
      "application/x-protobuf; charset=utf-8,Snappy,204"})
  void other_messages_and_compressions_are_refused_so_that_a_sender_goes_on_with_ours(String type, String encoding,
      int status) {
    String run = newRun();
    Answer answer = send(request(path(run)).headers("Content-Type", type, "Content-Encoding", encoding)
        .POST(BodyPublishers.ofByteArray(good().packed())));
    assertThat(answer.status()).isEqualTo(status);
    if (status == 415) {
      assertThat(answer.at("/detail")).contains("not taken here").endsWith(".");
      assertThat(records(run)).isZero();
    }
  }

  @Test
  void what_cannot_be_read_is_refused_as_a_whole() {
    String run = newRun();
    byte[] cut = Arrays.copyOf(good().bytes(), good().bytes().length - 3);
    assertThat(write(path(run), "not snappy".getBytes(StandardCharsets.UTF_8)).at("/detail"))
        .contains("not a snappy block");
    assertThat(write(path(run), MetricSets.pack(cut)).at("/detail")).contains("not a protobuf");
    assertThat(write(path(run), new byte[0]).status()).isEqualTo(400);
    assertThat(records(run)).isZero();
  }

  @Test
  void a_push_that_is_too_large_is_refused_packed_or_unpacked() {
    String run = newRun();
    assertThat(write(path(run), new byte[(4 << 20) + 1]).status()).isEqualTo(413);
    assertThat(write(path(run), MetricSets.pack(new byte[(32 << 20) + 1])).status()).isEqualTo(413);
    assertThat(records(run)).isZero();
  }

  @Test
  void the_good_part_of_a_push_is_stored_and_the_bad_one_told() {
    String run = newRun();
    Sample one = new Sample(1, now);
    Answer answer = write(path(run), good().sample("k6_stock", Double.NaN, now)
        .series(new String[]{"z", "1", "__name__", "k6_b"}, one).series(new String[]{"a", "b"}, one)
        .series(new String[]{"__name__", "k6_c", "x", "1", "x", "2"}, one).sample("k6_d", 1, now + 700_000)
        .sample("k6_e", 1, 1_000).series(labels("k6_f"), one, new Sample(2, now - 1)).packed());

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/detail")).isEqualTo("7 of 9 samples are refused, the first of "
        + "k6_stock{scenario=\"default\"}: the sample's value is not a finite number. The other 2 are stored; do not send "
        + "them again.");
    assertThat(answer.json().path("stored").asInt()).isEqualTo(2);
    assertThat(answer.json().path("refused").asInt()).isEqualTo(7);
    assertThat(records(run)).isEqualTo(1);
    assertThat(jdbc.sql("select first_bucket from metric_log where test_run_id = ?").param(Long.parseLong(run))
        .query(Long.class).single()).isEqualTo(now / 1000);
  }

  @Test
  void a_push_without_anything_good_is_not_stored() {
    String run = newRun();
    Answer answer = write(path(run), new WriteRequests().sample("k6_vus", Double.NaN, now).packed());
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.at("/detail")).startsWith("1 of 1 samples are refused").endsWith(" None is stored.");
    assertThat(records(run)).isZero();
  }
}
