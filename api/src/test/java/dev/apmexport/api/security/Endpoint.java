package dev.apmexport.api.security;

import java.lang.reflect.Parameter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.context.ApplicationContext;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * One method of one path that the service answers, as Spring knows it.
 *
 * @param host what K6_CLOUD_HOST ends with
 * @param pattern with its variables, for example {@code /v1/tests/{id}}
 * @param contentType of the body that it takes
 */
record Endpoint(String method, String host, String pattern, String contentType, HandlerMethod handler) {
  private static final Pattern VARIABLE = Pattern.compile("\\{\\*?[^}]+}");

  /** Everything that is answered in this application, those parts too that the framework brings along. */
  static List<Endpoint> of(ApplicationContext application) {
    return application.getBeansOfType(RequestMappingInfoHandlerMapping.class).values().stream()
        .flatMap(mapping -> mapping.getHandlerMethods().entrySet().stream())
        .flatMap(entry -> of(entry.getKey(), entry.getValue())).flatMap(Endpoint::withHosts)
        .sorted(Comparator.comparing(Endpoint::deletes).thenComparing(Endpoint::toString)).toList();
  }

  private static Stream<Endpoint> of(RequestMappingInfo info, HandlerMethod handler) {
    Set<RequestMethod> methods = info.getMethodsCondition().getMethods();
    String contentType = info.getConsumesCondition().getConsumableMediaTypes().stream().findFirst()
        .map(MediaType::toString).orElse(MediaType.APPLICATION_JSON_VALUE);
    return info.getPatternValues().stream()
        .flatMap(pattern -> (methods.isEmpty() ? Set.of(RequestMethod.GET) : methods).stream()
            .map(method -> new Endpoint(method.name(), "", pattern, contentType, handler)));
  }

  /** A path of k6's is reached through a profile and a load generator's name, too. */
  private Stream<Endpoint> withHosts() {
    return isK6s() ? Stream.of("", "/p/{profile}", "/i/{instance}")
        .map(bound -> new Endpoint(method, bound, pattern, contentType, handler)) : Stream.of(this);
  }

  private boolean deletes() {
    return method.equals("DELETE");
  }

  boolean isForOperators() {
    return takes(Operator.class);
  }

  /** Whether tenants come here for what is theirs, and operators for what is anybody's. */
  boolean isForBoth() {
    return takes(TenantOrOperator.class);
  }

  /** Whether its method has a parameter of this type. */
  boolean takes(Class<?> type) {
    return Arrays.stream(handler.getMethod().getParameters()).map(Parameter::getType).anyMatch(type::equals);
  }

  /** Whether it names something that must be there; a PUT makes what it names, and a project is any number. */
  boolean namesSomething() {
    return pattern.replace("{project}", "").contains("{") && !method.equals("PUT");
  }

  /** Whether k6 calls it, which has an error format of its own. */
  boolean isK6s() {
    return Refusals.isK6(pattern);
  }

  /**
   * The path with its variables filled in.
   *
   * @param values by the end of what stands before a variable, for example {@code /v1/tests/}
   * @throws AssertionError if a variable cannot be filled in
   */
  String path(Map<String, String> values) {
    String whole = host + pattern;
    Matcher variables = VARIABLE.matcher(whole);
    StringBuilder path = new StringBuilder();
    while (variables.find()) {
      String before = whole.substring(0, variables.start());
      String value = values.entrySet().stream().filter(entry -> before.endsWith(entry.getKey()))
          .map(Map.Entry::getValue).findFirst().orElseThrow(() -> new AssertionError(
              "What stands for " + variables.group() + " in " + whole + "? Say it in this test's list."));
      variables.appendReplacement(path, Matcher.quoteReplacement(value));
    }
    return variables.appendTail(path).toString();
  }

  @Override
  public String toString() {
    return method + " " + host + pattern + " " + contentType;
  }
}
