package dev.apmexport.exporter.resample;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The windows of one aggregation that are not sealed yet: few, and mostly the newest is wanted. */
final class OpenWindows<A> {
  private record Open<A>(long index, A content) {}

  private final List<Open<A>> windows = new ArrayList<>(2);

  A at(long index, Supplier<A> fresh) {
    int i = windows.size() - 1;
    while (i >= 0 && windows.get(i).index > index) {
      i--;
    }
    if (i >= 0 && windows.get(i).index == index) { return windows.get(i).content; }
    A content = fresh.get();
    windows.add(i + 1, new Open<>(index, content));
    return content;
  }

  /** Takes out the content of a window, which must be the earliest open one if it is there. */
  @Nullable
  A take(long index) {
    return windows.isEmpty() || windows.get(0).index != index ? null : windows.remove(0).content;
  }
}
