package dev.apmexport.exporter.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {
  @ParameterizedTest
  @ValueSource(strings = {"8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
      "126.255.255.255",
      "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
      "192.169.0.0",
      "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001:82a::200e",
      "2001:4860:4860::8888",
      "64:ff9b::808:808", "2002:808:808::1"})
  void a_public_address_is_permitted(String address) {
    assertThat(EgressPolicy.PUBLIC_ONLY.permits(InetAddress.ofLiteral(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
      "127.0.0.1", "127.255.255.255",
      "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1", "192.168.255.255",
      "198.18.0.1",
      "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
      "::", "::1",
      "::ffff:127.0.0.1", "::127.0.0.1", "::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1",
      "64:ff9b:1:ffff::808:808", "100::1",
      "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::", "2001::1", "2001:0:7f00:1::", "3fff::1",
      "5f00::1", "fc00::1", "fd12:3456::1",
      "fdff:ffff::", "fe80::1", "febf::1", "fec0::1", "feff::1", "ff02::1"})
  void an_address_that_is_not_public_is_not(String address) {
    assertThat(EgressPolicy.PUBLIC_ONLY.permits(InetAddress.ofLiteral(address))).isFalse();
  }

  @Test
  void an_ipv4_address_in_ipv6_clothes_is_looked_at_undressed() throws UnknownHostException {
    byte[] mapped = HexFormat.of().parseHex("00000000000000000000ffff7f000001");
    assertThat(EgressPolicy.PUBLIC_ONLY.permits(InetAddress.getByAddress(mapped))).isFalse();
    assertThat(EgressPolicy.PUBLIC_ONLY.permits(InetAddress.getByAddress("name", mapped))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"10.1.2.3, true", "10.2.0.0, false", "192.168.7.7, true", "192.168.7.8, false", "fd00::1, true",
      "fe80::1, false",
      "8.8.8.8, true", "::1, true", "127.0.0.1, false", "64:ff9b::a01:203, true", "2002:a01:203::, true"})
  void an_operator_can_allow_ranges(String address, boolean permitted) {
    EgressPolicy policy = EgressPolicy.parse(" 10.1.0.0/16, 192.168.7.7 ,fd00::/8,, ::1/128");
    assertThat(policy.permits(InetAddress.ofLiteral(address))).isEqualTo(permitted);
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, true", "10.9.9.9, true", "172.20.0.1, true", "192.168.1.1, true", "::1, true",
      "fd00::1, true", "169.254.169.254, false",
      "100.64.0.1, false", "fe80::1, false", "0.0.0.0, false"})
  void private_stands_for_loopback_and_the_private_ranges(String address, boolean permitted) {
    assertThat(EgressPolicy.parse("private").permits(InetAddress.ofLiteral(address))).isEqualTo(permitted);
  }

  @ParameterizedTest
  @CsvSource({"0.0.0.0/0, 127.0.0.1, true", "0.0.0.0/0, ::1, false", "::/0, ::1, true", "10.0.0.0/9, 10.127.0.1, true",
      "10.0.0.0/9, 10.128.0.1, false",
      "10.0.0.1/32, 10.0.0.1, true", "10.0.0.1/32, 10.0.0.0, false", "fc00::/7, fdff::, true",
      "fc00::/7, fe00::, false"})
  void a_range_holds_the_addresses_that_begin_alike(String range, String address, boolean holds) {
    assertThat(EgressPolicy.Range.parse(range).contains(InetAddress.ofLiteral(address))).isEqualTo(holds);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "fd00::/129", "example.com/8", "/8",
      "10/8x"})
  void what_is_no_range_is_refused(String range) {
    assertThatThrownBy(() -> EgressPolicy.parse("10.0.0.0/8," + range)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(range);
  }

  @Test
  void no_range_means_public_addresses_only() {
    assertThat(EgressPolicy.parse("")).isEqualTo(EgressPolicy.PUBLIC_ONLY);
  }
}
