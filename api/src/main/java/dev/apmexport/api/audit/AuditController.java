package dev.apmexport.api.audit;

import dev.apmexport.api.security.DatabasePatience;
import dev.apmexport.api.security.Operator;
import dev.apmexport.api.tenant.Page;
import dev.apmexport.store.audit.AuditLog;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Who replayed what, for operators. */
@Tag(name = "Audit log", description = "Who replayed what, for operators.")
@RestController
public class AuditController {
  private final AuditLog audit;
  private final DatabasePatience patience;

  public AuditController(AuditLog audit, DatabasePatience patience) {
    this.audit = audit;
    this.patience = patience;
  }

  /** An entry; ids are decimal numbers, as text. */
  record AuditView(String id, Instant at, String tokenId, String scope, @Nullable String tenantId, String action,
      String subject, String request) {
    static AuditView of(AuditLog.Entry entry) {
      Long tenant = entry.tenantId();
      return new AuditView(Long.toString(entry.id()), entry.at(), Long.toString(entry.tokenId()), entry.scope(),
          tenant == null ? null : Long.toString(tenant), entry.action(), entry.subject(), entry.request());
    }
  }

  @Operation(summary = "Lists who replayed what, the newest first.")
  @GetMapping("/api/v1/audit")
  Page<AuditView> list(Operator operator, @RequestParam(defaultValue = "50") int limit,
      @RequestParam(required = false) @Nullable Long before) {
    return patience.call(0, () -> Page.of(
        audit.page(before == null ? Long.MAX_VALUE : before, Page.limit(limit).max()), limit, AuditView::of,
        AuditLog.Entry::id));
  }
}
