package dev.apmexport.store.profile;

import dev.apmexport.store.tenant.TenantId;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** An apm list with a name. */
@Entity
@Table(name = "apm_profile")
public class Profile {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;
  private long tenantId;
  private String name = "";
  private String apm = "[]";
  private Instant createdAt = Instant.EPOCH;
  private Instant updatedAt = Instant.EPOCH;

  protected Profile() {}

  Profile(TenantId tenant, String name, Instant now) {
    this.tenantId = tenant.value();
    this.name = name;
    this.createdAt = now;
  }

  long id() {
    if (id == null) { throw new IllegalStateException("The profile " + name + " is not stored yet."); }
    return id;
  }

  TenantId tenant() {
    return new TenantId(tenantId);
  }

  public String name() {
    return name;
  }

  /** The blocks as they were written, with {@code ***} in place of their secrets. */
  public ArrayNode apm() {
    return (ArrayNode) JsonMapper.shared().readTree(apm);
  }

  void replace(JsonNode masked, Instant now) {
    apm = masked.toString();
    updatedAt = now;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Instant updatedAt() {
    return updatedAt;
  }
}
