package dev.apmexport.benchmarks;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs benchmarks like JMH's own main class, with the same arguments, and prints how they compare to their floors. */
public final class Ratios {
  private Ratios() {}

  public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
    var options = new OptionsBuilder().parent(new CommandLineOptions(arguments)).addProfiler(GCProfiler.class).build();
    String table = RatioTable.of(new Runner(options).run());
    System.out.print(System.lineSeparator() + table);
  }
}
