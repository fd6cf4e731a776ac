package dev.apmexport.api.tenant;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;

/**
 * A part of a list, the newest first.
 *
 * @param next what to ask for with {@code before} to get the next page; null at the end
 */
public record Page<T>(List<T> items, @Nullable String next) {
  private static final int MAX_SIZE = 200;

  /** How many to look for: one more than will be shown tells whether there is a next page. */
  public static Limit limit(int wanted) {
    return Limit.of(size(wanted) + 1);
  }

  public static <E, T> Page<T> of(List<E> found, int wanted, Function<E, T> view, Function<E, Long> id) {
    List<E> shown = found.subList(0, Math.min(size(wanted), found.size()));
    String next = found.size() > shown.size() ? Long.toString(id.apply(shown.getLast())) : null;
    return new Page<>(shown.stream().map(view).toList(), next);
  }

  private static int size(int wanted) {
    return Math.clamp(wanted, 1, MAX_SIZE);
  }
}
