package dev.apmexport.exporter.resample;

/**
 * The state of one output: what is open, and what the window sealed last holds. The accessors of the four kinds speak
 * of the window sealed last and of everything up to its end; they hold until the next one is sealed.
 */
public abstract sealed class Aggregation
    permits CounterAggregation, GaugeAggregation, RateAggregation, TrendAggregation {
  private final int id;
  private final Output output;
  private boolean live;

  Aggregation(int id, Output output) {
    this.id = id;
    this.output = output;
  }

  static Aggregation of(int id, Output output, GaugeRule gauges, boolean sinceStart) {
    return switch (output.type()) {
      case COUNTER -> new CounterAggregation(id, output);
      case GAUGE -> new GaugeAggregation(id, output, gauges);
      case RATE -> new RateAggregation(id, output);
      case TREND -> new TrendAggregation(id, output, sinceStart);
    };
  }

  /** Counts from 0 within an export, in the order of the log. */
  public int id() {
    return id;
  }

  public Output output() {
    return output;
  }

  /** Whether the window sealed last is the first one with anything in it. */
  final boolean opens(boolean filled) {
    boolean opens = filled && !live;
    live |= filled;
    return opens;
  }

  final boolean live() {
    return live;
  }

  /** Seals a window; windows come in order, without a gap. Returns whether there was anything in it. */
  abstract boolean seal(Window window);
}
