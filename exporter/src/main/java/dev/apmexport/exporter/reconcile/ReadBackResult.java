package dev.apmexport.exporter.reconcile;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a destination was found to hold, after everything was sent.
 *
 * @param verified whether every point was read back and is equal; null where the destination could not be asked
 * @param pointsRead that were compared
 * @param pointsDifferent of these and of what is there besides, those that are not as they should be
 * @param differences the first {@value #MAX_DIFFERENCES} of them
 * @param readBackError why the destination could not be asked, or null if it could
 */
public record ReadBackResult(@Nullable Boolean verified, @Nullable Long pointsRead, @Nullable Long pointsDifferent,
    @Nullable List<Difference> differences, @Nullable String readBackError) {
  public static final int MAX_DIFFERENCES = 1_000;

  /**
   * A point that is not as it should be.
   *
   * @param expected null for a point that should not be there
   * @param found null for a point that is not there
   */
  public record Difference(String series, long atMillis, @Nullable Double expected, @Nullable Double found) {}

  public static ReadBackResult of(long read, long different, List<Difference> differences) {
    return new ReadBackResult(different == 0, read, different, List.copyOf(differences), null);
  }

  /** The destination could not be asked, or not to the end, so nothing is claimed. */
  public static ReadBackResult unknown(String why) {
    return new ReadBackResult(null, 0L, 0L, List.of(), why);
  }

  /** Whether this is what an older report, which has none of these fields, is read as. */
  boolean isMissing() {
    return differences == null;
  }
}
