package dev.apmexport.benchmarks;

import java.io.IOException;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs benchmarks like JMH's own main class, with the same arguments, and prints how they compare to their floors. */
public final class Ratios {
  /** Names what is measured otherwise than by JMH. */
  private static final String LAG = "Lag";

  private Ratios() {}

  public static void main(String[] arguments)
      throws CommandLineOptionException, RunnerException, IOException, InterruptedException {
    if (arguments.length == 0 || !arguments[0].equals(LAG)) {
      compare(arguments);
    }
    if (arguments.length == 0 || arguments[0].equals(LAG)) {
      System.out.print(System.lineSeparator() + LagMeasurement.table());
    }
  }

  private static void compare(String[] arguments) throws CommandLineOptionException, RunnerException {
    var options = new OptionsBuilder().parent(new CommandLineOptions(arguments)).addProfiler(GCProfiler.class).build();
    String table = RatioTable.of(new Runner(options).run());
    System.out.print(System.lineSeparator() + table);
  }
}
