package dev.apmexport.api.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTestTest extends WithProvisioning {
  @Test
  void a_name_is_one_load_test_however_often_k6_makes_it() {
    Answer first = loadTest("99", "Shop checkout");

    assertThat(first.status()).isEqualTo(201);
    assertThat(first.json().propertyNames()).containsExactlyInAnyOrder("id", "project_id", "name",
        "baseline_test_run_id", "created", "updated");
    assertThat(first.json().path("id").asLong()).isBetween(1L, (long) Integer.MAX_VALUE); // k6's is an int32
    assertThat(first.at("/name")).isEqualTo("Shop checkout");
    assertThat(first.at("/project_id")).isEqualTo("99");
    assertThat(loadTest("99", "Shop checkout").text()).isEqualTo(first.text());
  }

  @Test
  void another_project_name_or_tenant_is_another_load_test() {
    String id = loadTest("99", "a").at("/id");

    assertThat(loadTest("98", "a").at("/id")).isNotEqualTo(id);
    assertThat(loadTest("99", "b").at("/id")).isNotEqualTo(id);
    token = newToken();
    assertThat(loadTest("99", "a").at("/id")).isNotEqualTo(id);
  }

  @Test
  void made_at_the_same_time_it_is_still_one() throws Exception {
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> made = senders.invokeAll(
          Stream.generate(() -> (Callable<String>) () -> loadTest("99", "at once").at("/id")).limit(12).toList());
      assertThat(made).extracting(Future::get).doesNotContain("(nothing)").hasSize(12);
      assertThat(made.stream().map(Future::resultNow).distinct()).hasSize(1);
    }
  }

  @Test
  void it_is_found_by_its_name() {
    String id = loadTest("99", "a b&c").at("/id");
    loadTest("99", "other");

    Answer found = get("/cloud/v6/projects/99/load_tests?%24top=1&name=a+b%26c");
    assertThat(found.json().path("value").size()).isEqualTo(1);
    assertThat(found.at("/value/0/id")).isEqualTo(id);
    assertThat(get("/cloud/v6/projects/99/load_tests?%24top=1&name=nothing").text()).isEqualTo("{\"value\":[]}");
    assertThat(get("/cloud/v6/projects/99/load_tests?name=%00").text()).isEqualTo("{\"value\":[]}");
    assertThat(get("/cloud/v6/projects/99/load_tests").json().path("value").size()).isEqualTo(2);
    assertThat(get("/cloud/v6/projects/99/load_tests?%24top=1").at("/value/0/name")).isEqualTo("other");
  }

  @Test
  void a_long_name_and_one_with_strange_letters_are_names_too() {
    String name = "ü\"\\\0 " + "x".repeat(20_000);

    assertThat(loadTest("99", name).at("/name")).isEqualTo(name.replace('\0', '\uFFFD'));
    assertThat(loadTest("99", name).at("/id")).isEqualTo(loadTest("99", name).at("/id"));
  }

  @Test
  void a_form_without_a_name_is_told_what_is_missing() {
    v6(form("99", part("title", "a")), 400, "\"name\"");
    v6(loadTest("99", " "), 400, "\"name\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "1.5", "99999999999999999999"})
  void a_project_is_a_number(String project) {
    v6(loadTest(project, "a"), 400, "project");
  }

  @Test
  void a_name_that_is_too_long_is_refused() {
    v6(loadTest("99", "x".repeat(70_000)), 400, "name", "65536");
  }
}
