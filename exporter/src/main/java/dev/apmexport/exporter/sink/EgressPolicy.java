package dev.apmexport.exporter.sink;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses a destination may have. Destinations are written by users, the requests leave from inside the
 * operator's network: unless the operator allows a range, every address must be a public one.
 */
public record EgressPolicy(List<Range> allowed) {
  /** Not public: RFC 6890 and its updates, and multicast. IPv4 addresses inside IPv6 ones are unwrapped before. */
  private static final List<Range> NOT_PUBLIC = Range.list("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
      "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
      "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "::/127", "64:ff9b:1::/48",
      "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
      "ff00::/8");
  private static final Range NAT64 = Range.parse("64:ff9b::/96");
  private static final Range COMPATIBLE = Range.parse("::/96");

  public static final EgressPolicy PUBLIC_ONLY = new EgressPolicy(List.of());

  /** Addresses that begin with the same bits, in CIDR notation. */
  public record Range(InetAddress base, int bits) {
    public static Range parse(String cidr) {
      int slash = cidr.indexOf('/');
      try {
        InetAddress base = InetAddress.ofLiteral(slash < 0 ? cidr : cidr.substring(0, slash));
        int width = base.getAddress().length * 8;
        int bits = slash < 0 ? width : Integer.parseInt(cidr.substring(slash + 1));
        if (bits >= 0 && bits <= width) { return new Range(base, bits); }
      } catch (IllegalArgumentException e) {
        // falls through to the sentence that says what would be right
      }
      throw new IllegalArgumentException(
          "\"" + cidr + "\" is not an address range; write it like 10.0.0.0/8 or fd00::/8.");
    }

    static List<Range> list(String... cidrs) {
      return Arrays.stream(cidrs).map(Range::parse).toList();
    }

    boolean contains(InetAddress address) {
      byte[] mine = base.getAddress();
      byte[] other = address.getAddress();
      if (mine.length != other.length) { return false; }
      int whole = bits / 8;
      int mask = 0xFF00 >> bits % 8 & 0xFF;
      return Arrays.equals(mine, 0, whole, other, 0, whole)
          && (mask == 0 || ((mine[whole] ^ other[whole]) & mask) == 0);
    }
  }

  /** Parses ranges separated by commas; "private" stands for loopback and the private ranges. */
  public static EgressPolicy parse(String ranges) {
    String expanded = ranges.replace("private",
        "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,::1/128,fc00::/7");
    return new EgressPolicy(Arrays.stream(expanded.split(",")).map(String::strip).filter(range -> !range.isEmpty())
        .map(Range::parse).toList());
  }

  public boolean permits(InetAddress address) {
    InetAddress real = unwrapped(address);
    return allowed.stream().anyMatch(range -> range.contains(real))
        || NOT_PUBLIC.stream().noneMatch(range -> range.contains(real));
  }

  /** The IPv4 address that a NAT64 or 6to4 address leads to, since a guard that looks at the outside is no guard. */
  private static InetAddress unwrapped(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (address instanceof Inet4Address || !(address instanceof Inet6Address)) { return address; }
    try {
      if (bytes[0] == 0x20 && bytes[1] == 0x02) { return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 2, 6)); }
      boolean compatible = COMPATIBLE.contains(address) && (bytes[12] != 0 || bytes[13] != 0);
      return NAT64.contains(address) || compatible ? InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16))
          : address;
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }
}
