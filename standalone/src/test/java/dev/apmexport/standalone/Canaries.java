package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Secrets of a test, each unlike anything else, and the search for them where they must not be. */
final class Canaries {
  private final Map<String, String> secrets = new TreeMap<>();

  /** A new secret; {@code name} tells which one got out. */
  String secret(String name) {
    String secret = "canary" + UUID.randomUUID().toString().replace("-", "");
    secrets.put(name, secret);
    return secret;
  }

  /** A text that leads to a secret, such as its Base64 form. */
  void also(String name, String text) {
    secrets.put(name, text);
  }

  void alsoBasic(String username, String password) {
    also("basic", Base64.getEncoder().encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8)));
  }

  void assertNoneIn(String place, String text) {
    secrets.forEach((name, secret) -> {
      int at = text.indexOf(secret);
      assertThat(at).as(() -> "the secret \"" + name + "\" is in " + place + ": …"
          + text.substring(Math.max(0, at - 200), Math.min(text.length(), at + 20))).isNegative();
    });
  }

  /** Looks into every row of every table; bytes are searched as they are. Returns how many rows were seen. */
  long assertNoneInDatabase(String url, String username, String password) throws SQLException {
    long rows = 0;
    try (Connection database = DriverManager.getConnection(url, username, password)) {
      for (String table : tables(database)) {
        try (Statement statement = database.createStatement();
            ResultSet row = statement.executeQuery("select * from " + table)) {
          while (row.next()) {
            assertNoneIn("table " + table, text(row));
            rows++;
          }
        }
      }
    }
    return rows;
  }

  private static List<String> tables(Connection database) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet found = database.getMetaData().getTables(null, "public", "%", new String[]{"TABLE",
        "PARTITIONED TABLE"})) {
      while (found.next()) {
        tables.add('"' + found.getString("TABLE_NAME") + '"');
      }
    }
    return tables;
  }

  private static String text(ResultSet row) throws SQLException {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
      Object value = row.getObject(i);
      text.append(value instanceof byte[] bytes ? new String(bytes, StandardCharsets.ISO_8859_1) : value).append('\n');
    }
    return text.toString();
  }
}
