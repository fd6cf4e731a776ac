package dev.apmexport.store.profile;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import dev.apmexport.exporter.config.ApmBlocks;
import dev.apmexport.exporter.metric.Secret;
import dev.apmexport.store.secret.BlockSecrets;
import dev.apmexport.store.secret.SecretStore;
import dev.apmexport.store.secret.SecretsUnavailable;
import dev.apmexport.store.tenant.TenantId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Storing apm lists and opening them with their secrets. */
public final class Profiles {
  /** How many a tenant may have. */
  public static final int MOST = 200;

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  private final ProfileRepository profiles;
  private final SecretStore secrets;
  private final TransactionTemplate transaction;
  private final InstantSource clock;

  public Profiles(ProfileRepository profiles, SecretStore secrets, PlatformTransactionManager transactions,
      InstantSource clock) {
    this.profiles = profiles;
    this.secrets = secrets;
    this.transaction = new TransactionTemplate(transactions);
    this.clock = clock;
  }

  /** Blocks with their secrets, and what each of them says. */
  public record Opened(JsonNode apm, List<ApmBlock> blocks) {
    public boolean hasErrors() {
      return blocks.stream().anyMatch(block -> !block.enabled());
    }
  }

  /** The tenant has as many as it may have, and none of this name; the message is for whoever stores it. */
  public static final class TooMany extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooMany(String name) {
      super("The profile \"" + name + "\" was not stored: there are " + MOST
          + " profiles, and there may be no more; delete one that is not needed.");
    }
  }

  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Stores a list under a name, in place of the one that has the name, unless one of its blocks has an error; the result
   * tells. A secret that the list shows as {@code ***} is the stored one.
   *
   * @throws TooMany if it would be one more than the tenant may have
   */
  public Opened put(TenantId tenant, String name, JsonNode apm) {
    try {
      return Objects.requireNonNull(transaction.execute(_ -> replace(tenant, name, apm)));
    } catch (DataIntegrityViolationException made) { // by another request in the meantime
      return Objects.requireNonNull(transaction.execute(_ -> replace(tenant, name, apm)));
    }
  }

  private Opened replace(TenantId tenant, String name, JsonNode apm) {
    Optional<Profile> known = profiles.getByTenantIdAndName(tenant.value(), name);
    if (known.isEmpty() && profiles.countByTenantId(tenant.value()) >= MOST) { throw new TooMany(name); }
    Opened given = restored(apm.deepCopy(), known.orElse(null));
    if (!given.hasErrors()) {
      store(known.orElseGet(() -> new Profile(tenant, name, clock.instant())), (ArrayNode) given.apm);
    }
    return given;
  }

  private Opened restored(JsonNode apm, @Nullable Profile known) {
    ArrayNode stored = known == null ? null : known.apm();
    List<List<Problem>> masked = new ArrayList<>();
    for (int i = 0; i < apm.size(); i++) {
      KeptSecrets kept = known == null || stored == null || i >= stored.size() ? null
          : new KeptSecrets((ObjectNode) stored.get(i), secretsOf(known, i));
      masked.add(apm.get(i) instanceof ObjectNode block ? KeptSecrets.restore(i, block, kept) : List.of());
    }
    List<ApmBlock> blocks = ApmBlocks.read(apm).stream()
        .map(block -> block.index() < masked.size() ? block.with(masked.get(block.index())) : block).toList();
    return new Opened(apm, blocks);
  }

  /** Those that do not open are as good as none: whoever changes the profile gives them again. */
  private Map<String, Secret> secretsOf(Profile profile, int index) {
    try {
      return secrets.get(profile.tenant(), owner(profile, index));
    } catch (SecretsUnavailable e) {
      return Map.of();
    }
  }

  private void store(Profile profile, ArrayNode apm) {
    int before = profile.apm().size();
    ArrayNode masked = apm.deepCopy();
    List<Map<String, Secret>> taken = masked.valueStream().map(block -> BlockSecrets.takeFrom((ObjectNode) block))
        .toList();
    profile.replace(masked, clock.instant());
    Profile saved = profiles.saveAndFlush(profile);
    for (int i = 0; i < Math.max(before, taken.size()); i++) {
      secrets.put(saved.tenant(), owner(saved, i), i < taken.size() ? taken.get(i) : Map.of());
    }
  }

  public Optional<Profile> find(TenantId tenant, String name) {
    return NAME.matcher(name).matches() ? profiles.findByTenantIdAndName(tenant.value(), name) : Optional.empty();
  }

  /** All of a tenant's, by name. */
  public List<ProfileRepository.Listed> list(TenantId tenant) {
    return profiles.findByTenantIdOrderByName(tenant.value());
  }

  /** Returns whether there was one. Runs that were made with it keep what they have. */
  public boolean delete(TenantId tenant, String name) {
    return Boolean.TRUE.equals(transaction.execute(_ -> {
      Optional<Profile> known = profiles.getByTenantIdAndName(tenant.value(), name);
      known.ifPresent(profile -> {
        for (int i = 0; i < profile.apm().size(); i++) {
          secrets.delete(tenant, owner(profile, i));
        }
        profiles.delete(profile);
      });
      return known.isPresent();
    }));
  }

  /** The list of this name with its secrets; a block whose secrets cannot be had has that as an error. */
  public Optional<Opened> open(TenantId tenant, String name) {
    return Objects.requireNonNull(transaction
        .execute(_ -> profiles.readByTenantIdAndName(tenant.value(), name).map(this::opened)));
  }

  private Opened opened(Profile profile) {
    ArrayNode apm = profile.apm();
    List<ApmBlock> blocks = new ArrayList<>();
    for (int i = 0; i < apm.size(); i++) {
      List<Problem> sealed = unseal(profile, i, (ObjectNode) apm.get(i));
      blocks.add(ApmBlocks.readBlock(i, apm.get(i)).with(sealed));
    }
    return new Opened(apm, blocks);
  }

  private List<Problem> unseal(Profile profile, int index, ObjectNode block) {
    try {
      return KeptSecrets.unseal(index, block, secrets.get(profile.tenant(), owner(profile, index)));
    } catch (SecretsUnavailable e) {
      return List.of(Problem.error("apm[" + index + "]", e.getMessage()));
    }
  }

  private static String owner(Profile profile, int index) {
    return "profile/" + profile.id() + "/" + index;
  }
}
