package dev.apmexport.exporter.resample;

/** Adds up increments. */
public final class CounterAggregation extends Aggregation {
  private static final class Sum {
    private double value;
    private double late;
  }

  private final OpenWindows<Sum> open = new OpenWindows<>();
  private double delta;
  private double total;

  CounterAggregation(int id, Output output) {
    super(id, output);
  }

  void add(long window, double increment) {
    open.at(window, Sum::new).value += increment;
  }

  /** What belongs to a sealed window counts in the total and in no window's increment. */
  void addLate(long window, double increment) {
    open.at(window, Sum::new).late += increment;
  }

  @Override
  boolean seal(Window window) {
    Sum sum = open.take(window.index());
    delta = sum == null ? 0 : sum.value;
    total += sum == null ? 0 : sum.value + sum.late;
    return sum != null;
  }

  /** The increment of the window. */
  public double delta() {
    return delta;
  }

  /** The increment since the run's start. */
  public double total() {
    return total;
  }
}
