package dev.apmexport.api.tenant;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Operator;
import dev.apmexport.api.security.Refused;
import dev.apmexport.store.tenant.Tenant;
import dev.apmexport.store.tenant.TenantRepository;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/** Tenants with their plans and limits, for operators. */
@Tag(name = "Tenants", description = "Tenants with their plans and limits, for operators.")
@RestController
@RequestMapping("/api/v1/tenants")
public class TenantController {
  private final TenantRepository tenants;
  private final TransactionTemplate transaction;
  private final DatabasePatience patience;

  public TenantController(TenantRepository tenants, PlatformTransactionManager transactions,
      DatabasePatience patience) {
    this.tenants = tenants;
    this.transaction = new TransactionTemplate(transactions);
    this.patience = patience;
  }

  /** Makes a tenant of {@code {"name": …, "plan": …, "inputSeriesLimit": …, "outputSeriesLimit": …}}. */
  @Operation(summary = "Makes a tenant.")
  @ApiResponse(responseCode = "201", description = "The tenant was made.", useReturnTypeSchema = true)
  @ApiResponse(responseCode = "409", description = "There is a tenant of this name already.")
  @PostMapping
  ResponseEntity<TenantView> create(Operator operator,
      @RequestBody @Schema(implementation = NewTenant.class) JsonNode body) {
    try {
      TenantView made = patience.call(0, () -> TenantView.of(tenants.save(TenantChange.create(body))));
      return ResponseEntity.created(URI.create("/api/v1/tenants/" + made.id())).body(made);
    } catch (DataIntegrityViolationException e) {
      throw new Refused(HttpStatus.CONFLICT, "There is a tenant of this name already; choose another one.");
    }
  }

  @Operation(summary = "Lists the tenants, the newest first.")
  @GetMapping
  Page<TenantView> list(Operator operator, @RequestParam(defaultValue = "50") int limit,
      @RequestParam(required = false) @Nullable Long before) {
    return patience.call(0, () -> Page.of(tenants.page(before == null ? Long.MAX_VALUE : before, Page.limit(limit)),
        limit, TenantView::of, tenant -> tenant.id().value()));
  }

  @Operation(summary = "Shows a tenant.")
  @GetMapping("/{id}")
  TenantView show(Operator operator, @PathVariable long id) {
    return patience.call(0, () -> TenantView.of(found(id)));
  }

  /** Changes the plan, the limits or both, for runs that are made from now on. */
  @Operation(summary = "Changes a tenant's plan or limits, for runs made from now on.")
  @PatchMapping("/{id}")
  TenantView change(Operator operator, @PathVariable long id,
      @RequestBody @Schema(implementation = TenantChange.class) JsonNode body) {
    TenantChange change = TenantChange.of(body);
    return patience.call(0, () -> Objects.requireNonNull(transaction.execute(_ -> {
      Tenant tenant = found(id);
      change.applyTo(tenant);
      return TenantView.of(tenant);
    })));
  }

  private Tenant found(long id) {
    return tenants.findById(id).orElseThrow(() -> Refused.notFound("There is no tenant " + id + "."));
  }
}
