package dev.apmexport.exporter.delivery;

/**
 * How far the search for what is bad in one batch goes. Finding {@code k} bad ones among {@code n} by halving takes at
 * most {@code 2·k·log2(n)} requests, so it goes on while bad ones prove rare; a destination that refuses most of what it
 * is sent is asked {@link #FREE} times and then believed.
 */
final class Search {
  /** Enough for any one bad series among 5,000, which takes 2·13 requests. */
  private static final int FREE = 32;
  /** Enough for twenty to thirty of them; at 100 ms each that holds a shard up for less than a minute, once. */
  private static final int MOST = 512;
  /** Bad ones are rare where they are at most one in so many. */
  private static final int RARE = 16;

  private int requests;
  private long good;
  private long bad;

  /** Whether a part that was refused is to be halved. */
  boolean goesOn() {
    return requests < FREE || requests < MOST && bad * RARE <= good + bad;
  }

  void halved() {
    requests += 2;
  }

  void taken(int points) {
    good += points;
  }

  void foundBad() {
    bad++;
  }
}
