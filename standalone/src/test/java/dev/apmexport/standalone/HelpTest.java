package dev.apmexport.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** {@code ./run --help} promises that a variable and a flag mean the same. */
class HelpTest {
  private static final Pattern SETTING = Pattern.compile("^ {2}([A-Z][A-Z_]+) +--([a-z.-]+)=", Pattern.MULTILINE);

  @Test
  void every_variable_in_the_help_sets_what_its_flag_sets() throws Exception {
    Map<String, String> settings = settings(help());

    assertThat(settings).hasSizeGreaterThan(8).containsEntry("SERVER_PORT", "server.port")
        .containsEntry("APM_DATA_DIR", "apm.data-dir").containsEntry("APM_DATABASE_URL", "apm.database-url")
        .containsEntry("APM_NEW_MASTER_KEY", "apm.new-master-key");
    settings.forEach((variable, flag) -> {
      var environment = new StandardEnvironment();
      environment.getPropertySources().addFirst(
          new SystemEnvironmentPropertySource("test-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
              Map.of(variable, "given")));
      ConfigurationPropertySources.attach(environment);
      assertThat(environment.getProperty(flag)).as("%s and --%s", variable, flag).isEqualTo("given");
    });
  }

  private static Map<String, String> settings(String help) {
    Map<String, String> settings = new LinkedHashMap<>();
    SETTING.matcher(help).results().forEach(setting -> settings.put(setting.group(1), setting.group(2)));
    return settings;
  }

  private static String help() throws IOException, InterruptedException {
    Path run = Path.of("").toAbsolutePath().resolveSibling("run");
    Process process = new ProcessBuilder(run.toString(), "--help").redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }
}
