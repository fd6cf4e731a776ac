package dev.apmexport.store.replay;

import dev.apmexport.exporter.block.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** A replay that cannot be; the message is for whoever asked for it. */
public final class ReplayRefused extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final transient List<Problem> problems;

  /** What stands in the way. */
  public enum Reason {
    /** What was asked for does not fit the run; the problems tell. */
    WRONG,
    /** It may be asked for again later. */
    NOT_NOW,
    /** It never can be again. */
    GONE
  }

  private ReplayRefused(Reason reason, String sentence, List<Problem> problems) {
    super(sentence);
    this.reason = reason;
    this.problems = problems;
  }

  static ReplayRefused notNow(String sentence) {
    return new ReplayRefused(Reason.NOT_NOW, sentence, List.of());
  }

  static ReplayRefused gone(String sentence) {
    return new ReplayRefused(Reason.GONE, sentence, List.of());
  }

  static ReplayRefused wrong(List<Problem> problems) {
    return new ReplayRefused(Reason.WRONG, problems.stream().filter(Problem::isError).map(Problem::toString)
        .collect(Collectors.joining(" ")), problems);
  }

  static ReplayRefused wrong(String path, String message) {
    return wrong(List.of(Problem.error(path, message)));
  }

  public Reason reason() {
    return reason;
  }

  /** All that is wrong with the request; empty where it is not the request. */
  public List<Problem> problems() {
    return problems;
  }
}
