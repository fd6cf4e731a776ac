package dev.apmexport.exporter.block;

import java.util.ArrayList;
import java.util.List;

/** The problems of one block as they are told. */
public final class Problems {
  private static final int MOST = 200;

  private Problems() {}

  /** All of them or, of more than anybody reads, the errors first and how many more there are. */
  public static List<Problem> bounded(String path, List<Problem> problems) {
    if (problems.size() <= MOST) { return List.copyOf(problems); }
    List<Problem> told = new ArrayList<>(problems.stream().filter(Problem::isError).limit(MOST).toList());
    problems.stream().filter(problem -> !problem.isError()).limit(MOST - told.size()).forEach(told::add);
    told.add(Problem.warning(path, "has " + (problems.size() - MOST) + " more problems, which are not listed."));
    return List.copyOf(told);
  }
}
