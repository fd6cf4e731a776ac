package dev.apmexport.worker.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apmexport.store.tenant.TenantId;
import org.junit.jupiter.api.Test;

class PlacesTest {
  private static final TenantId ONE = new TenantId(1);
  private static final TenantId TWO = new TenantId(2);
  private static final TenantId THREE = new TenantId(3);

  @Test
  void a_tenant_gets_a_quarter_and_others_the_rest() {
    Places places = new Places(8);
    assertThat(places.take(ONE)).isTrue();
    assertThat(places.take(ONE)).isTrue();
    assertThat(places.take(ONE)).isFalse();
    assertThat(places.take(TWO)).isTrue();

    places.free(ONE);
    assertThat(places.take(ONE)).isTrue();
    assertThat(places.take(ONE)).isFalse();
  }

  @Test
  void no_more_are_taken_than_there_are() {
    Places places = new Places(2);
    assertThat(places.take(ONE)).isTrue();
    assertThat(places.take(TWO)).isTrue();
    assertThat(places.take(THREE)).isFalse();

    places.free(TWO);
    assertThat(places.take(THREE)).isTrue();
  }

  @Test
  void one_place_is_for_anybody() {
    assertThat(new Places(1).take(ONE)).isTrue();
  }
}
