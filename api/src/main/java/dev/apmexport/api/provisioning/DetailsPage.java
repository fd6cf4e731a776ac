package dev.apmexport.api.provisioning;

import dev.apmexport.store.run.RunExport;
import dev.apmexport.store.run.Runs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/**
 * The address of a run's page. k6 since 2.2 prints this address and nothing else that it is told, so what the user must
 * know before the page is opened stands at its end: {@code …/runs/100001#apm-0-is-disabled}.
 */
final class DetailsPage {
  private DetailsPage() {}

  /**
   * @param profile the one that k6's host is bound to, if any
   * @param service the address that k6 has reached
   */
  static String of(Runs.Created created, @Nullable String profile, String service) {
    List<String> hints = new ArrayList<>();
    if (created.exports().isEmpty()) {
      hints.add(profile == null || created.run().profile() != null ? "no-apm-block-so-nothing-is-exported"
          : "there-is-no-profile-" + UriUtils.encode(profile, StandardCharsets.UTF_8));
    }
    for (RunExport export : created.exports()) {
      if (export.isDisabled()) {
        hints.add("apm-" + export.index() + "-is-disabled");
      } else if (!export.problems().isEmpty()) {
        hints.add("apm-" + export.index() + "-has-warnings");
      }
    }
    return service + "/runs/" + created.run().id() + (hints.isEmpty() ? "" : "#" + String.join(",", hints));
  }
}
