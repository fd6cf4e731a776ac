package dev.apmexport.api.archive;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Finds all of many secrets in one go over a stream, in a time that does not depend on their number (the automaton of
 * Aho and Corasick, Efficient string matching, 1975), and writes asterisks over them.
 */
final class SecretMask {
  private static final int CHUNK = 64 << 10;
  private static final int BYTE = 256;

  /** The automaton's edges, a hash table of (node, byte); 0 stands for no entry, as nothing leads to the root. */
  private final int[] edges;
  private final int[] targets;
  /** By node: where to go on if no edge fits, how many bytes lead here, and the length of the longest secret that ends here. */
  private final int[] fallback;
  private final int[] depth;
  private final int[] secret;
  private int nodes = 1;
  private int deepest;

  SecretMask(Collection<String> secrets) {
    int most = secrets.stream().mapToInt(one -> one.getBytes(StandardCharsets.UTF_8).length).sum() + 1;
    int table = Integer.highestOneBit(most) * 4;
    edges = new int[table];
    targets = new int[table];
    fallback = new int[most];
    depth = new int[most];
    secret = new int[most];
    int[] parents = new int[most];
    byte[] by = new byte[most];
    secrets.forEach(one -> add(one.getBytes(StandardCharsets.UTF_8), parents, by));
    connect(parents, by);
  }

  private void add(byte[] bytes, int[] parents, byte[] by) {
    int node = 0;
    for (byte one : bytes) {
      int slot = slot(node, one);
      if (targets[slot] == 0) {
        edges[slot] = node * BYTE + (one & 0xFF);
        targets[slot] = nodes;
        parents[nodes] = node;
        by[nodes] = one;
        depth[nodes] = depth[node] + 1;
        nodes++;
      }
      node = targets[slot];
    }
    secret[node] = bytes.length;
    deepest = Math.max(deepest, bytes.length);
  }

  /** The shallow nodes first, as the others fall back to them. */
  private void connect(int[] parents, byte[] by) {
    IntStream.range(1, nodes).boxed().sorted(Comparator.comparingInt(node -> depth[node])).forEach(node -> {
      fallback[node] = parents[node] == 0 ? 0 : step(fallback[parents[node]], by[node]);
      secret[node] = Math.max(secret[node], secret[fallback[node]]);
    });
  }

  private int slot(int node, byte one) {
    int edge = node * BYTE + (one & 0xFF);
    int slot = (edge * 0x9E3779B9) >>> (Integer.numberOfLeadingZeros(edges.length) + 1); // the upper bits are the mixed ones
    while (targets[slot] != 0 && edges[slot] != edge) {
      slot = slot + 1 & edges.length - 1;
    }
    return slot;
  }

  private int step(int from, byte one) {
    int node = from;
    int next = targets[slot(node, one)];
    while (next == 0 && node != 0) {
      node = fallback[node];
      next = targets[slot(node, one)];
    }
    return next;
  }

  /** The text with asterisks over the secrets in it, one for each byte. */
  String mask(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int[] ending = new int[bytes.length];
    int node = 0;
    for (int i = 0; i < bytes.length; i++) {
      node = step(node, bytes[i]);
      ending[i] = secret[node];
    }
    cover(bytes, ending, bytes.length);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /**
   * Writes the asterisks, from the last byte to the first: so every byte is written once, however the secrets overlap.
   *
   * @param ending the length of the longest secret that ends with each byte
   */
  private static void cover(byte[] bytes, int[] ending, int count) {
    int from = count;
    for (int i = count - 1; i >= 0; i--) {
      from = Math.min(from, i + 1 - ending[i]);
      if (i >= from) {
        bytes[i] = '*';
      }
    }
  }

  /** Writes on to another stream what is masked; to be finished, since the last bytes may begin a secret. */
  Masked onto(OutputStream out) {
    return new Masked(out);
  }

  /** Holds back what may be the beginning of a secret. */
  final class Masked extends FilterOutputStream {
    private final byte[] held = new byte[CHUNK + deepest];
    private final int[] ending = new int[held.length];
    private int length;
    private int node;

    Masked(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int one) throws IOException {
      write(new byte[]{(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      for (int i = from; i < from + count; i++) {
        if (length == held.length) {
          release(length - depth[node]);
        }
        node = step(node, bytes[i]);
        held[length] = bytes[i];
        ending[length++] = secret[node];
      }
    }

    private void release(int bytes) throws IOException {
      cover(held, ending, length);
      out.write(held, 0, bytes);
      System.arraycopy(held, bytes, held, 0, length - bytes);
      System.arraycopy(ending, bytes, ending, 0, length - bytes);
      length -= bytes;
    }

    /** Writes the rest; what follows is another text. */
    void finish() throws IOException {
      release(length);
      node = 0;
    }
  }
}
