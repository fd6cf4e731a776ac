package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.MadeUpRun;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Everything that a seed decides.
 *
 * @param behindEnd pushes that come after the run has been finished, and gone over for the first time
 * @param deaths how likely a worker dies at a write to its ledger
 * @param freezes how likely it stands still there for a while, so that another takes its work over
 * @param version what of the fold's version changes before the second pass
 * @param patienceSeconds until when after the run's end its destination is tried
 */
record Scenario(long seed, ReceiverKind kind, Wish wish, MadeUpRun run, List<LogPush> pushes, List<LogPush> behindEnd,
    FaultPlan faults, double deaths, double freezes, Version version, int patienceSeconds, boolean hasLateData) {

  /** Too long for a receiver that takes nothing older than an hour to be set right at the end. */
  private static final int LONG_SECONDS = 3_900;

  /** Whether the rules that folded the run are those that go over it. */
  enum Version {
    SAME, DECLARED_OTHER, BOOKED_OTHERWISE
  }

  /**
   * A push on its way to the log.
   *
   * @param key what tells that a push is one that came before; empty for none
   */
  record LogPush(MadeUpRun.Push push, String key, long second) {
    /** Whether a sample comes later than a generator that is in time sends it: then it may not be waited for. */
    boolean isLate(MadeUpRun.Sample sample, int period) {
      return second > sample.bucket() + 2L * period + 2;
    }
  }

  /**
   * How large everything is.
   *
   * @param longestWait the most seconds that a receiver asks for
   * @param longestDelay the most seconds that a request is on its way
   * @param longestOutage the most seconds that a receiver is away
   * @param poison what a receiver may answer to what it cannot digest; 0 for no answer
   * @param behindEnd how likely something is pushed when the run is over
   * @param virtual whether time is: then runs may be long, and it is known what came late
   */
  record Scale(int generators, int leastSeconds, int mostSeconds, double mostFaults, int longestWait, int longestDelay,
      int longestOutage, List<Integer> poison, double behindEnd, boolean virtual) {
    static final Scale SIMULATED = new Scale(3, 20, 90, 0.5, 30, 20, 5_400, List.of(500, 503, 0, 400, 409, 422), 0.25,
        true);
    /** For a service that someone waits for. */
    static final Scale REAL_TIME = new Scale(3, 25, 40, 0.2, 2, 3, 15, List.of(500, 400, 409, 422), 0.6, false);
  }

  static Scenario draw(long seed, long start, Scale scale) {
    Draw draw = new Draw(seed);
    ReceiverKind kind = ReceiverKind.values()[(int) Math.floorMod(seed, (long) ReceiverKind.values().length)];
    boolean isLong = scale.virtual && draw.chance(0.03);
    Wish wish = Wish.draw(draw, kind, isLong ? 10 : 1);
    int period = draw.between(1, 3);
    MadeUpRun run = new MadeUpRun(draw.random(), start, period, draw.between(1, isLong ? 1 : scale.generators),
        isLong ? LONG_SECONDS : draw.between(scale.leastSeconds, scale.mostSeconds));
    double late = draw.chance(0.4) ? 0 : draw.chance(0.5) ? 0.02 : 0.08;
    List<LogPush> pushes = deliveries(draw, run.pushes(late));
    List<LogPush> behind = draw.chance(scale.behindEnd) ? takeSome(draw, pushes) : List.of();
    boolean lateData = !scale.virtual || late > 0 || !behind.isEmpty()
        || pushes.stream().anyMatch(push -> push.key.startsWith("again"));
    Version version = draw.chance(0.95) ? Version.SAME
        : draw.one(List.of(Version.DECLARED_OTHER, Version.BOOKED_OTHERWISE));
    return new Scenario(seed, kind, wish, run, pushes, behind,
        faults(draw, kind, seed, start * 1000, run.seconds(), scale),
        draw.chance(0.6) ? 0 : 0.01, draw.chance(0.7) ? 0 : 0.01, version, draw.one(List.of(600, 1_800, 3_600)),
        lateData);
  }

  /** The pushes with those that are sent twice: with the same key, as a retry does, or once more as another push. */
  private static List<LogPush> deliveries(Draw draw, List<MadeUpRun.Push> pushes) {
    List<LogPush> all = new ArrayList<>();
    double retried = draw.chance(0.5) ? 0 : 0.1;
    double again = draw.chance(0.8) ? 0 : 0.03;
    for (int i = 0; i < pushes.size(); i++) {
      MadeUpRun.Push push = pushes.get(i);
      String key = draw.chance(0.8) ? "push-" + i : "";
      all.add(new LogPush(push, key, push.second()));
      if (draw.chance(retried)) {
        all.add(new LogPush(push, key, push.second() + draw.between(0, 1)));
      }
      if (draw.chance(again)) {
        all.add(new LogPush(push, "again-" + i, push.second() + draw.between(0, 20)));
      }
    }
    all.sort(Comparator.comparingLong(LogPush::second));
    return all;
  }

  private static List<LogPush> takeSome(Draw draw, List<LogPush> pushes) {
    List<LogPush> taken = new ArrayList<>();
    for (int i = draw.between(1, 3); i > 0 && pushes.size() > 1; i--) {
      taken.add(pushes.remove(pushes.size() - 1 - draw.between(0, Math.min(20, pushes.size() - 2))));
    }
    Collections.reverse(taken);
    return taken;
  }

  private static FaultPlan faults(Draw draw, ReceiverKind kind, long seed, long start, int seconds, Scale scale) {
    double rate = scale.mostFaults * draw.one(List.of(0.0, 0.2, 0.5, 1.0));
    List<FaultPlan.Outage> outages = new ArrayList<>();
    if (draw.chance(0.25)) {
      long from = start + draw.between(0, seconds + 30) * 1000L;
      int longest = draw.chance(0.2) ? scale.longestOutage : Math.min(400, scale.longestOutage);
      int status = draw.one(List.of(0, 0, 503, 500, 401));
      boolean sparesProbe = Draw.fraction(seed, "spares the probe") < 0.5;
      outages.add(new FaultPlan.Outage(from, from + draw.between(10, longest) * 1000L, status, sparesProbe));
    }
    FaultPlan.Poison poison = FaultPlan.Poison.NONE;
    if (draw.chance(0.25)) {
      long from = start + (draw.chance(0.5) ? 0 : draw.between(0, seconds) * 1000L);
      long to = draw.chance(0.5) ? Long.MAX_VALUE : from + draw.between(30, 600) * 1000L;
      int status = draw.one(scale.poison);
      // One that keeps every value it was ever sent cannot be known from others, and would be sent a changed one.
      boolean stores = (status == 0 || status >= 500) && kind != ReceiverKind.VICTORIA_METRICS
          && Draw.fraction(seed, "poison is stored") < 0.4;
      poison = new FaultPlan.Poison(0.1, status, stores, from, to);
    }
    return new FaultPlan(seed, rate, outages, poison, draw.chance(0.1) ? draw.between(1, 5) : Integer.MAX_VALUE,
        scale.longestWait, scale.longestDelay);
  }

  /** Whether everything can get through in the end, however often a request fails. */
  boolean isCalm() {
    return !hasLateData && faults.outages().isEmpty() && faults.poison() == FaultPlan.Poison.NONE;
  }

  /** What runs this seed alone. */
  String command() {
    return "./test sim --from " + seed + " --seeds 1";
  }
}
