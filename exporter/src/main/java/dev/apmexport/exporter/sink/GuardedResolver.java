package dev.apmexport.exporter.sink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.core5.util.Timeout;

/**
 * Looks names up and lets pass only what the {@link EgressPolicy} permits. The system's lookup holds the thread of the
 * machine that it runs on, and a name server that is silent makes it last for many seconds; so it is done on a thread
 * of its own, one for each name at a time, and not on one that carries the lanes of others.
 */
final class GuardedResolver implements DnsResolver {
  private static final Executor LOOKUPS = Executors
      .newThreadPerTaskExecutor(Thread.ofPlatform().daemon().name("lookup-", 0).factory());
  private static final Map<String, CompletableFuture<InetAddress[]>> UNDER_WAY = new ConcurrentHashMap<>();

  private final EgressPolicy policy;
  private final Timeout longest;

  /** @param longest time to wait for the addresses of a name */
  GuardedResolver(EgressPolicy policy, Timeout longest) {
    this.policy = policy;
    this.longest = longest;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    InetAddress[] addresses = isLiteral(host) ? SystemDefaultDnsResolver.INSTANCE.resolve(host) : lookUp(host);
    for (InetAddress address : addresses) {
      if (!policy.permits(address)) {
        throw new UnknownHostException(host + " has the address " + address.getHostAddress()
            + ", which is not public. An operator can allow it with --apm.egress.allow.");
      }
    }
    return addresses;
  }

  /** Whether nobody has to be asked, since the name is the address. */
  private static boolean isLiteral(String host) {
    try {
      return InetAddress.ofLiteral(host) != null;
    } catch (IllegalArgumentException name) {
      return false;
    }
  }

  private InetAddress[] lookUp(String host) throws UnknownHostException {
    CompletableFuture<InetAddress[]> lookup = UNDER_WAY.computeIfAbsent(host,
        name -> CompletableFuture.supplyAsync(() -> addresses(name), LOOKUPS));
    lookup.whenComplete((_, _) -> UNDER_WAY.remove(host, lookup));
    try {
      InetAddress[] found = lookup.get(longest.toMilliseconds(), TimeUnit.MILLISECONDS);
      if (found.length > 0) { return found; }
      throw new UnknownHostException(host + ": no address is known for this name.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException(host + ": the lookup was interrupted.");
    } catch (TimeoutException e) {
      throw new UnknownHostException(host + ": the name server did not answer within " + longest + ".");
    } catch (ExecutionException e) {
      throw new IllegalStateException("A lookup of " + host + " died.", e.getCause());
    }
  }

  /** None where the name is not known. */
  private static InetAddress[] addresses(String host) {
    try {
      return SystemDefaultDnsResolver.INSTANCE.resolve(host);
    } catch (UnknownHostException e) {
      return new InetAddress[0];
    }
  }

  @Override
  public String resolveCanonicalHostname(String host) throws UnknownHostException {
    return resolve(host)[0].getCanonicalHostName();
  }
}
