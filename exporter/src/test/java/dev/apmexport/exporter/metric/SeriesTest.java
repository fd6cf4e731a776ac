package dev.apmexport.exporter.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void the_key_never_changes_since_the_ledger_keeps_it() {
    assertThat(new Series("k6_vus", Labels.NONE).key()).isEqualTo(-7018707249226852527L);
    assertThat(new Series("k6_checks", Labels.of("check", "ü €", "a", "b")).key()).isEqualTo(5706327636001003382L);
  }

  @Test
  void where_a_text_ends_makes_a_difference() {
    Set<Long> keys = new HashSet<>();
    keys.add(new Series("ab", Labels.of("c", "d")).key());
    keys.add(new Series("a", Labels.of("bc", "d")).key());
    keys.add(new Series("a", Labels.of("b", "cd")).key());
    keys.add(new Series("a", Labels.of("b", "c", "d", "")).key());
    keys.add(new Series("abcd", Labels.NONE).key());
    assertThat(keys).hasSize(5);
  }

  @Test
  void series_are_equal_if_name_and_labels_are() {
    assertThat(new Series("a", Labels.of("x", "1", "y", "2"))).isEqualTo(new Series("a", Labels.of("y", "2", "x", "1")))
        .hasSameHashCodeAs(new Series("a", Labels.of("y", "2", "x", "1")))
        .isNotEqualTo(new Series("b", Labels.of("x", "1", "y", "2")))
        .isNotEqualTo(new Series("a", Labels.of("x", "1"))).hasToString("a{x=\"1\", y=\"2\"}");
  }

  @Test
  void an_absent_label_reads_as_the_empty_text() {
    Labels labels = Labels.of("a", "1", "b", "");
    assertThat(labels.get("c")).isEmpty();
    assertThat(labels.keep(List.of("a", "b", "c"))).isEqualTo(Labels.of("a", "1"));
    assertThat(labels.with("a", "2")).isEqualTo(Labels.of("b", "", "a", "2"));
  }

  @Test
  void the_hash_of_bytes_depends_on_every_byte_and_on_nothing_around_them() {
    Random random = new Random(1);
    byte[] data = new byte[64];
    random.nextBytes(data);
    for (int length = 0; length < 40; length++) {
      long hash = Hash.bytes(7, data, 5, 5 + length);
      for (int i = 0; i < data.length; i++) {
        byte[] changed = data.clone();
        changed[i]++;
        boolean inside = i >= 5 && i < 5 + length;
        assertThat(Hash.bytes(7, changed, 5, 5 + length) == hash).as("length %d byte %d", length, i).isEqualTo(!inside);
      }
      assertThat(Hash.bytes(8, data, 5, 5 + length)).isNotEqualTo(hash);
    }
  }
}
