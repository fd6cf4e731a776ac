package dev.apmexport.api;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.List;
import java.util.Objects;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.method.HandlerMethod;
import tools.jackson.databind.JsonNode;

/** What /swagger-ui.html says of the api as a whole, and of the answers that its operations have in common. */
@Configuration(proxyBeanMethods = false)
class ApiDescription {
  private static final String TOKEN = "token";

  static {
    SpringDocUtils.getConfig().replaceWithClass(JsonNode.class, Object.class); // any JSON, not Jackson's own methods
  }

  @Bean
  OpenAPI description() {
    OpenAPI api = new OpenAPI().info(new Info().title("k6 APM export").version("0.1")
        .description("Takes the metrics of k6 test runs and exports them to Prometheus remote write and Datadog. "
            + "A refusal is an RFC 9457 problem; on k6's own paths it is {\"error\": {\"code\", \"message\"}}."));
    return api.schemaRequirement(TOKEN, new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer")
        .description("A tenant's token, a run's for its own pushes, or an operator's for tenants, tokens and replays."))
        .addSecurityItem(new SecurityRequirement().addList(TOKEN));
  }

  @Bean
  OperationCustomizer commonAnswers() {
    return (operation, method) -> {
      operation.setOperationId(id(method));
      refuses(operation, "401", "The token is missing, unknown or revoked.");
      refuses(operation, "403", "The token is of a scope that may not do this.");
      List<Parameter> parameters = Objects.requireNonNullElse(operation.getParameters(), List.of());
      if (operation.getRequestBody() != null || parameters.stream().anyMatch(ApiDescription::isNumber)) {
        refuses(operation, "400", "The request cannot be read, or a value in it is wrong.");
      }
      if (parameters.stream().anyMatch(parameter -> "path".equals(parameter.getIn())) && !makesWhatItNames(method)) {
        refuses(operation, "404", "There is nothing of this name or id for this token.");
      }
      if (takesJson(operation)) {
        refuses(operation, "413", "The body is too large.");
      }
      return operation;
    };
  }

  /** Unlike the default, the same however many controllers have a method of that name: "runList". */
  private static String id(HandlerMethod method) {
    String controller = method.getBeanType().getSimpleName().replace("Controller", "");
    return StringUtils.uncapitalize(controller) + StringUtils.capitalize(method.getMethod().getName());
  }

  private static boolean isNumber(Parameter parameter) {
    return parameter.getSchema() != null && parameter.getSchema().getTypes() != null
        && parameter.getSchema().getTypes().contains("integer");
  }

  private static boolean makesWhatItNames(HandlerMethod method) {
    return method.hasMethodAnnotation(PutMapping.class);
  }

  private static boolean takesJson(Operation operation) {
    return operation.getRequestBody() != null && operation.getRequestBody().getContent() != null
        && operation.getRequestBody().getContent().containsKey("application/json");
  }

  /** What the operation says of the code itself stays. */
  private static void refuses(Operation operation, String code, String why) {
    operation.getResponses().putIfAbsent(code, new ApiResponse().description(why));
  }
}
