package dev.apmexport.api.archive;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Enumeration;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.IntFunction;

/** The parts of a stored archive, each fetched when it is wanted. */
final class StoredParts implements Enumeration<InputStream> {
  private final IntFunction<Optional<byte[]>> stored;
  private int n;
  private Optional<byte[]> next;

  /** @param stored the part of a number from 0 on; empty after the last */
  StoredParts(IntFunction<Optional<byte[]>> stored) {
    this.stored = stored;
    this.next = stored.apply(0);
  }

  @Override
  public boolean hasMoreElements() {
    return next.isPresent();
  }

  @Override
  public InputStream nextElement() {
    byte[] part = next.orElseThrow(NoSuchElementException::new);
    next = stored.apply(++n);
    return new ByteArrayInputStream(part);
  }
}
