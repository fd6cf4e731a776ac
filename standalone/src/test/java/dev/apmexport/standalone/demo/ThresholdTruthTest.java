package dev.apmexport.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.exporter.source.LogRecord;
import dev.apmexport.exporter.source.k6.wire.MetricSet;
import dev.apmexport.exporter.threshold.Operator;
import dev.apmexport.exporter.threshold.Threshold;
import dev.apmexport.exporter.threshold.ThresholdEvaluation;
import dev.apmexport.exporter.threshold.ThresholdResult;
import dev.apmexport.exporter.threshold.ThresholdResult.State;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Thresholds decided from the pushes of recorded runs, against what k6 said and against all samples that it had. */
class ThresholdTruthTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Map<String, Recording> RECORDINGS = Map.of(RecordedRun.ONE_SECOND,
      new Recording(RecordedRun.ONE_SECOND), RecordedRun.THREE_SECONDS, new Recording(RecordedRun.THREE_SECONDS));
  /** Of a limit to the true value; every bucket of a histogram is less than 0.8 % wide. */
  private static final double[] FACTORS = {0.1, 0.5, 0.9, 0.98, 0.99, 0.995, 0.999, 1, 1.001, 1.005, 1.01, 1.02, 1.1, 2,
      10};
  private static final double WIDEST = 1.0 / 128;
  private static final double FINEST = 0.001;

  @ParameterizedTest
  @ValueSource(strings = {RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS})
  void the_scripts_own_thresholds_come_to_what_k6_said_at_its_end(String name) {
    RecordedRun run = RecordedRun.load(name);
    JsonNode failed = JSON.readTree(run.finishBody()).path("thresholds");
    List<Threshold> thresholds = Threshold.read(JSON.readTree(run.createBody()).path("thresholds"));

    List<ThresholdResult> results = evaluated(log(recording(name)), thresholds);
    assertThat(results).hasSize(3).allSatisfy(result -> {
      JsonNode k6 = failed.path(result.metric()).path(result.expression());
      assertThat(k6.isBoolean()).as("k6 told of " + result).isTrue();
      assertThat(result.state()).isEqualTo(k6.asBoolean() ? State.FAILED : State.PASSED);
      assertThat(result.certain()).isTrue();
    });
  }

  /** A limit that is demanded of an answer, and whether it holds. */
  private record Question(ThresholdOracle.Answer answer, double limit, Operator operator) {
    boolean holds() {
      return operator.holds(answer.value(), limit);
    }

    boolean isClose() {
      return Math.abs(limit - answer.value()) <= Math.abs(answer.value()) * WIDEST + FINEST;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS})
  void what_is_certain_is_true_and_what_is_uncertain_was_too_close(String name) {
    Recording recording = recording(name);
    List<Question> questions = questions(new ThresholdOracle(recording.samples()));

    List<ThresholdResult> results = evaluated(log(recording), thresholds(questions));
    int uncertain = 0;
    for (int i = 0; i < questions.size(); i++) {
      Question question = questions.get(i);
      ThresholdResult result = results.get(i);
      assertThat(result.state()).as("%s: %s", question, result).isIn(State.PASSED, State.FAILED);
      if (result.certain()) {
        assertThat(result.state() == State.PASSED).as("%s: %s", question, result).isEqualTo(question.holds());
      } else {
        uncertain++;
        assertThat(question.answer.method()).as("%s: %s", question, result).matches("med|p\\(.*|value|avg|count");
        assertThat(question.isClose() || question.answer.method().equals("value")).as("%s: %s", question, result)
            .isTrue();
      }
    }
    assertThat(questions.size()).isGreaterThan(20_000);
    assertThat(uncertain).as("of %d", questions.size()).isPositive().isLessThan(questions.size() / 5);
  }

  @ParameterizedTest
  @ValueSource(strings = {RecordedRun.ONE_SECOND, RecordedRun.THREE_SECONDS})
  void a_counters_rate_is_certain_only_where_k6s_clock_cannot_matter(String name) {
    Recording recording = recording(name);
    ThresholdOracle oracle = new ThresholdOracle(recording.samples());
    double count = oracle.answers().stream().filter(answer -> answer.metric().equals("http_reqs")).findFirst()
        .orElseThrow().value();
    List<Double> limits = IntStream.range(50, 200).mapToObj(i -> count / oracle.seconds() * i / 100).toList();
    List<ThresholdResult> results = evaluated(log(recording),
        limits.stream().map(limit -> threshold("http_reqs", "rate<" + limit)).toList());
    int uncertain = 0;
    for (int i = 0; i < limits.size(); i++) {
      ThresholdResult result = results.get(i);
      double limit = limits.get(i);
      if (result.certain()) {
        assertThat(result.state() == State.PASSED).isEqualTo(count / oracle.seconds() < limit)
            .isEqualTo(count / (oracle.seconds() + 1) < limit);
      } else {
        uncertain++;
        double buckets = 2.0 * recording.bucketSeconds() + 3;
        assertThat(Math.abs(limit * oracle.seconds() / count - 1)).isLessThan(1.1 * buckets / oracle.seconds());
      }
    }
    assertThat(uncertain).isPositive().isLessThan(75);
  }

  /** Of the same run k6 told a second receiver by remote write: less, every 5 s. */
  @Test
  void what_is_certain_by_remote_write_is_true() throws IOException {
    ThresholdOracle oracle = new ThresholdOracle(recording(RecordedRun.ONE_SECOND).samples());
    List<Question> questions = questions(oracle);

    List<ThresholdResult> results = evaluated(remoteWrites(), thresholds(questions));
    Map<String, Integer> certain = new HashMap<>();
    for (int i = 0; i < questions.size(); i++) {
      Question question = questions.get(i);
      ThresholdResult result = results.get(i);
      if (result.certain()) {
        certain.merge(question.answer.method(), 1, Integer::sum);
        assertThat(result.state()).as("%s: %s", question, result)
            .isEqualTo(question.holds() ? State.PASSED : State.FAILED);
      }
    }
    assertThat(certain).containsOnlyKeys("count", "rate", "value");
    assertThat(certain.values()).allMatch(number -> number > 50);
    double perSecond = counted(oracle) / oracle.seconds();
    assertThat(evaluated(remoteWrites(), rates(perSecond, 50, 200))).filteredOn(ThresholdResult::certain).isNotEmpty()
        .allSatisfy(result -> assertThat(result.state() == State.PASSED)
            .isEqualTo(perSecond < Double.parseDouble(result.expression().substring("rate<".length()))));
  }

  private static List<LogRecord> remoteWrites() throws IOException {
    List<LogRecord> log = new ArrayList<>();
    for (int i = 1; i <= 9; i++) {
      long at = Math.round(JSON.readTree(remoteWrite("%03d.json".formatted(i))).path("at").asDouble() * 1000);
      log.add(new LogRecord(i, at, LogRecord.Kind.REMOTE_WRITE, "", at / 1000, at / 1000,
          remoteWrite("%03d.bin".formatted(i))));
    }
    return log;
  }

  private static byte[] remoteWrite(String name) throws IOException {
    try (InputStream in = ThresholdTruthTest.class.getResourceAsStream("/remote-write/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  private static double counted(ThresholdOracle oracle) {
    return oracle.answers().stream().filter(answer -> answer.metric().equals("http_reqs")).findFirst().orElseThrow()
        .value();
  }

  private static List<Threshold> rates(double perSecond, int fromPercent, int toPercent) {
    return IntStream.range(fromPercent, toPercent)
        .mapToObj(i -> threshold("http_reqs", "rate<" + perSecond * i / 100)).toList();
  }

  @Test
  void a_run_split_over_four_generators_in_any_order_comes_to_the_same() {
    Recording recording = recording(RecordedRun.ONE_SECOND);
    List<Threshold> thresholds = thresholds(questions(new ThresholdOracle(recording.samples())));
    List<ThresholdResult> whole = evaluated(log(recording), thresholds);
    for (long seed = 1; seed <= 3; seed++) {
      Random random = new Random(seed);
      List<LogRecord> split = log(recording, new PushVariations(seed).split(recording.pushes()));
      split.replaceAll(record -> new LogRecord(record.seq(), record.receivedAtMillis(), record.kind(),
          "generator-" + random.nextInt(4), record.firstBucket(), record.lastBucket(), record.payload()));
      Collections.shuffle(split, random);
      Set<ThresholdResult> results = withoutSums(evaluated(split, thresholds));
      results.removeAll(withoutSums(whole));
      assertThat(results).as("seed %d", seed).isEmpty();
    }
  }

  /** Virtual users would have to be split, not their pushes. */
  private static Set<ThresholdResult> withoutSums(List<ThresholdResult> results) {
    return results.stream().filter(result -> !result.metric().startsWith("vus"))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Test
  void four_generators_with_their_own_virtual_users_have_four_times_as_many() {
    Recording recording = recording(RecordedRun.ONE_SECOND);
    List<LogRecord> four = new ArrayList<>();
    for (LogRecord record : log(recording)) {
      for (int i = 0; i < 4; i++) {
        four.add(new LogRecord(four.size() + 1, record.receivedAtMillis(), record.kind(), "generator-" + i,
            record.firstBucket(), record.lastBucket(), record.payload()));
      }
    }
    for (String metric : List.of("vus_max", "http_reqs")) {
      Threshold threshold = threshold(metric, metric.equals("vus_max") ? "value>0" : "count>0");
      double one = evaluated(log(recording), List.of(threshold)).getFirst().value();
      assertThat(one).isPositive();
      assertThat(evaluated(four, List.of(threshold)).getFirst().value()).isEqualTo(4 * one);
    }
    Threshold p95 = threshold("http_req_duration", "p(95)<1");
    assertThat(evaluated(four, List.of(p95)).getFirst().value())
        .isCloseTo(evaluated(log(recording), List.of(p95)).getFirst().value(),
            org.assertj.core.data.Percentage.withPercentage(2));
  }

  private static Recording recording(String name) {
    return Objects.requireNonNull(RECORDINGS.get(name));
  }

  private static List<Question> questions(ThresholdOracle oracle) {
    List<Question> questions = new ArrayList<>();
    for (ThresholdOracle.Answer answer : oracle.answers()) {
      for (double factor : FACTORS) {
        Operator next = Operator.values()[questions.size() % Operator.values().length];
        questions.add(new Question(answer, answer.value() * factor, next));
      }
    }
    return questions;
  }

  private static List<Threshold> thresholds(List<Question> questions) {
    return questions.stream().map(question -> threshold(question.answer.metric(),
        question.answer.method() + question.operator.token() + question.limit)).toList();
  }

  private static Threshold threshold(String metric, String expression) {
    ObjectNode written = JSON.createObjectNode();
    written.putArray(metric).add(expression);
    return Threshold.read(written).getFirst();
  }

  private static List<LogRecord> log(Recording recording) {
    return log(recording, recording.pushes());
  }

  private static List<LogRecord> log(Recording recording, List<MetricSet> pushes) {
    return new ArrayList<>(recording.log(pushes).read(0, Integer.MAX_VALUE));
  }

  private static List<ThresholdResult> evaluated(List<LogRecord> log, List<Threshold> thresholds) {
    ThresholdEvaluation evaluation = new ThresholdEvaluation(thresholds, 100_000, _ -> 10);
    log.forEach(evaluation::add);
    return evaluation.results();
  }
}
