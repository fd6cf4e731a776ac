package dev.apmexport.exporter.sink.datadog;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** So much of JSON Schema (draft 2020-12) as the schemas of these tests use; any other keyword is an error. */
final class JsonSchema {
  private static final Set<String> SAY_NOTHING = Set.of("$schema", "$id", "$defs", "$comment", "title", "description");

  private final JsonNode root;
  private final List<String> faults = new ArrayList<>();

  private JsonSchema(JsonNode root) {
    this.root = root;
  }

  /** What is wrong with a value, each fault with its place. */
  static List<String> faults(JsonNode schema, JsonNode value) {
    JsonSchema check = new JsonSchema(schema);
    check.check(schema, value, "$");
    return check.faults;
  }

  private void check(JsonNode schema, JsonNode value, String at) {
    if (schema.isBoolean() && !schema.asBoolean()) {
      faults.add(at + " should not be: " + value);
    }
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      if (!SAY_NOTHING.contains(keyword.getKey()) && !holds(schema, keyword.getKey(), keyword.getValue(), value, at)) {
        faults.add(at + " " + keyword.getKey() + " " + keyword.getValue() + ": " + value);
      }
    }
  }

  private boolean isGood(JsonNode schema, JsonNode value) {
    JsonSchema other = new JsonSchema(root);
    other.check(schema, value, "");
    return other.faults.isEmpty();
  }

  private boolean holds(JsonNode schema, String keyword, JsonNode rule, JsonNode value, String at) {
    switch (keyword) {
      case "$ref" -> check(root.at(rule.asString().substring(1)), value, at);
      case "allOf" -> rule.forEach(one -> check(one, value, at));
      case "properties" -> rule.properties().stream().filter(one -> value.has(one.getKey()))
          .forEach(one -> check(one.getValue(), value.get(one.getKey()), at + "." + one.getKey()));
      case "prefixItems" -> {
        for (int i = 0; i < Math.min(rule.size(), value.size()); i++) {
          check(rule.get(i), value.get(i), at + "[" + i + "]");
        }
      }
      case "items" -> {
        for (int i = schema.path("prefixItems").size(); i < value.size(); i++) {
          check(rule, value.get(i), at + "[" + i + "]");
        }
      }
      case "if" -> {
        if (isGood(rule, value)) {
          check(schema.get("then"), value, at);
        }
      }
      case "then" -> {} // belongs to "if"
      default -> {
        return isMet(schema, keyword, rule, value);
      }
    }
    return true;
  }

  private boolean isMet(JsonNode schema, String keyword, JsonNode rule, JsonNode value) {
    return switch (keyword) {
      case "type" -> isOfType(rule.asString(), value);
      case "required" -> rule.valueStream().allMatch(one -> value.has(one.asString()));
      case "additionalProperties" -> value.propertyNames().stream().allMatch(schema.get("properties")::has);
      case "enum" -> rule.valueStream().anyMatch(value::equals);
      case "not" -> !isGood(rule, value);
      case "pattern" -> Pattern.compile(rule.asString()).matcher(value.asString()).find();
      case "minLength" -> value.asString().length() >= rule.asInt();
      case "maxLength" -> value.asString().length() <= rule.asInt();
      case "minimum" -> value.asDouble() >= rule.asDouble();
      case "maximum" -> value.asDouble() <= rule.asDouble();
      case "minItems" -> value.size() >= rule.asInt();
      case "maxItems" -> value.size() <= rule.asInt();
      case "uniqueItems" -> new HashSet<>(value.valueStream().toList()).size() == value.size();
      default -> throw new AssertionError("The keyword " + keyword + " is not known here.");
    };
  }

  private static boolean isOfType(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isString();
      case "number" -> value.isNumber();
      case "integer" -> value.isIntegralNumber();
      default -> throw new AssertionError("The type " + type + " is not known here.");
    };
  }
}
