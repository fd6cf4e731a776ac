package dev.apmexport.standalone.demo;

/** A line that fills: redrawn in place on a terminal, a few lines elsewhere. */
final class ProgressBar {
  private static final int WIDTH = 40;

  private final String what;
  private final boolean terminal = System.console() != null && System.console().isTerminal();
  private int drawn = -1;

  ProgressBar(String what) {
    this.what = what;
  }

  void show(double part) {
    int filled = (int) (part * WIDTH);
    if (filled == drawn || !terminal && filled % (WIDTH / 4) != 0) { return; }
    drawn = filled;
    String line = what + " [" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "] " + Math.round(part * 100) + " %";
    System.out.print(terminal ? "\r" + line : line + "\n");
    System.out.flush();
  }

  void end() {
    if (terminal) {
      System.out.println();
    }
  }
}
