package dev.apmexport.exporter.source.json;

import java.nio.charset.StandardCharsets;

/** Text as k6's -o json writes it. */
final class JsonLines {
  private final StringBuilder text = new StringBuilder();

  JsonLines metric(String name, String type) {
    text.append("{\"type\":\"Metric\",\"data\":{\"name\":\"").append(name).append("\",\"type\":\"").append(type)
        .append("\",\"contains\":\"default\",\"thresholds\":[],\"submetrics\":null},\"metric\":\"").append(name)
        .append("\"}\n");
    return this;
  }

  JsonLines point(String metric, String time, String value, String tags) {
    text.append("{\"metric\":\"").append(metric).append("\",\"type\":\"Point\",\"data\":{\"time\":\"").append(time)
        .append("\",\"value\":").append(value).append(",\"tags\":").append(tags).append("}}\n");
    return this;
  }

  JsonLines line(String line) {
    text.append(line).append('\n');
    return this;
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
