package dev.apmexport.store.tenant;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import org.jspecify.annotations.Nullable;

/** An owner of runs, with its limits. */
@Entity
public class Tenant {
  private static final int INPUT_SERIES = 100_000;
  private static final int OUTPUT_SERIES = 10_000;

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;
  private String name = "";
  private String plan = "enterprise";
  private int inputSeriesLimit = INPUT_SERIES;
  private int outputSeriesLimit = OUTPUT_SERIES;

  protected Tenant() {}

  public Tenant(String name) {
    this.name = name;
  }

  public TenantId id() {
    if (id == null) { throw new IllegalStateException("The tenant " + name + " is not stored yet."); }
    return new TenantId(id);
  }

  public String name() {
    return name;
  }

  public String plan() {
    return plan;
  }

  /** The most input series one of its runs may have. */
  public int inputSeriesLimit() {
    return inputSeriesLimit;
  }

  /** The most series one export of its runs may make. */
  public int outputSeriesLimit() {
    return outputSeriesLimit;
  }
}
