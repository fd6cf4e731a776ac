package dev.apmexport.exporter;

import dev.apmexport.exporter.resample.Aggregation;
import dev.apmexport.exporter.resample.Window;
import dev.apmexport.exporter.resample.WindowReceiver;
import java.util.List;
import java.util.function.Consumer;

/** Takes note of the windows that have passed. */
record Noting(WindowReceiver receiver, Consumer<Window> passed) implements WindowReceiver {
  @Override
  public void window(Window window, List<Aggregation> opened, List<Aggregation> live) {
    receiver.window(window, opened, live);
    passed.accept(window);
  }

  @Override
  public void end(Window last, List<Aggregation> live) {
    receiver.end(last, live);
  }
}
