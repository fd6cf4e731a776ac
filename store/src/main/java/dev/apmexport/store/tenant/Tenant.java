package dev.apmexport.store.tenant;

import dev.apmexport.exporter.block.Problem;
import dev.apmexport.exporter.config.ApmBlock;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.Generated;
import org.jspecify.annotations.Nullable;

/** An owner of runs, with its plan and limits. Two changes at once of different fields leave each other alone. */
@Entity
@DynamicUpdate
public class Tenant {
  private static final int INPUT_SERIES = 100_000;
  private static final int OUTPUT_SERIES = 10_000;

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;
  private String name = "";
  @Enumerated(EnumType.STRING)
  private Plan plan = Plan.ENTERPRISE;
  private int inputSeriesLimit = INPUT_SERIES;
  private int outputSeriesLimit = OUTPUT_SERIES;
  private @Nullable Long runBytesLimit;
  @Generated
  @Column(insertable = false, updatable = false)
  private @Nullable Instant createdAt;

  protected Tenant() {}

  public Tenant(String name) {
    this.name = name;
  }

  public TenantId id() {
    if (id == null) { throw notStored(); }
    return new TenantId(id);
  }

  public String name() {
    return name;
  }

  public Instant createdAt() {
    if (createdAt == null) { throw notStored(); }
    return createdAt;
  }

  private IllegalStateException notStored() {
    return new IllegalStateException("The tenant " + name + " is not stored yet.");
  }

  public Plan plan() {
    return plan;
  }

  /** Holds for runs that are made from now on. */
  public void changePlan(Plan newPlan) {
    plan = newPlan;
  }

  /** The most input series one of its runs may have. */
  public int inputSeriesLimit() {
    return inputSeriesLimit;
  }

  /** Holds for runs that are made from now on; at least 1. */
  public void limitInputSeries(int most) {
    inputSeriesLimit = most;
  }

  /** The most series one export of its runs may make. */
  public int outputSeriesLimit() {
    return outputSeriesLimit;
  }

  /** Holds for runs that are made from now on; at least 1. */
  public void limitOutputSeries(int most) {
    outputSeriesLimit = most;
  }

  /** The most bytes of pushes that are kept for one of its runs, which is stopped by one more; null for any number. */
  public @Nullable Long runBytesLimit() {
    return runBytesLimit;
  }

  /** Holds for runs that are made from now on; at least 1, or null for any number. */
  public void limitRunBytes(@Nullable Long most) {
    runBytesLimit = most;
  }

  /** The blocks as this tenant may use them: without exports in its plan all are disabled, with that reason. */
  public List<ApmBlock> admit(List<ApmBlock> blocks) {
    return plan.hasExports() ? blocks
        : blocks.stream().map(block -> block.enabled() ? disabled(block) : block).toList();
  }

  private ApmBlock disabled(ApmBlock block) {
    List<Problem> problems = new ArrayList<>(block.problems());
    againstExports("apm[" + block.index() + "]").ifPresent(problems::add);
    return new ApmBlock(block.index(), block.provider(), null, problems);
  }

  /** Why nothing of this tenant is exported, said of a place; empty if its plan has exports. */
  public Optional<Problem> againstExports(String path) {
    return plan.hasExports() ? Optional.empty() : Optional.of(Problem.error(path,
        "The plan \"" + plan + "\" has no exports; the plans that have are " + Plan.withExports()
            + ". An operator can change it with PATCH /api/v1/tenants/" + id().value() + "."));
  }
}
