package dev.apmexport.exporter.delivery;

import dev.apmexport.exporter.metric.Series;
import dev.apmexport.exporter.sink.Batch;
import dev.apmexport.exporter.sink.Sink;
import dev.apmexport.exporter.sink.WriteResult;
import dev.apmexport.exporter.sink.WriteResult.Cause;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;

/** A destination that answers as it was told, and remembers what it was sent. */
final class ScriptedSink implements Supplier<Sink> {
  static final WriteResult OK = new WriteResult.Accepted();

  private final Timeline time;
  private final Queue<WriteResult> next = new ConcurrentLinkedQueue<>();
  private volatile Function<Batch, WriteResult> rule = _ -> OK;
  private final List<Sent> sent = new CopyOnWriteArrayList<>();

  /** One write; of the series only the names. */
  record Sent(long atMillis, List<String> series, List<Double> values, WriteResult result, long when) {
    boolean accepted() {
      return result instanceof WriteResult.Accepted;
    }
  }

  ScriptedSink(Timeline time) {
    this.time = time;
  }

  /** The next answers, after which the rule stands. */
  void answers(WriteResult... results) {
    next.addAll(List.of(results));
  }

  void rule(Function<Batch, WriteResult> rule) {
    this.rule = rule;
  }

  /** All but probes. */
  List<Sent> sent() {
    return sent.stream().filter(one -> !one.series.isEmpty()).toList();
  }

  List<Sent> probed() {
    return sent.stream().filter(one -> one.series.isEmpty()).toList();
  }

  long probes() {
    return probed().size();
  }

  static WriteResult busy(int afterSeconds) {
    return new WriteResult.RetryLater(Cause.BUSY, "busy", Duration.ofSeconds(afterSeconds));
  }

  static WriteResult noConnection() {
    return new WriteResult.RetryLater(Cause.NO_CONNECTION, "no connection", Duration.ZERO);
  }

  static WriteResult noAnswer() {
    return new WriteResult.RetryLater(Cause.NO_ANSWER, "no answer", Duration.ZERO);
  }

  static WriteResult failed() {
    return new WriteResult.RetryLater(Cause.FAILED, "failed", Duration.ZERO);
  }

  static boolean holds(Batch batch, String series) {
    return names(batch).contains(series);
  }

  private static List<String> names(Batch batch) {
    return Arrays.stream(batch.series()).map(Series::name).toList();
  }

  @Override
  public Sink get() {
    return new Sink() {
      @Override
      public WriteResult write(Batch batch) {
        WriteResult scripted = batch.size() == 0 ? null : next.poll();
        WriteResult result = scripted == null ? rule.apply(batch) : scripted;
        sent.add(new Sent(batch.atMillis(), names(batch), Arrays.stream(batch.values()).boxed().toList(), result,
            time.millis()));
        return result;
      }

      @Override
      public WriteResult probe() {
        return write(Batch.EMPTY);
      }

      @Override
      public void close() {}
    };
  }
}
