package dev.apmexport.standalone;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Who may know whom. Two lists: the modules, and the packages of the library. */
@AnalyzeClasses(packages = ArchitectureTest.ROOT, importOptions = {ImportOption.DoNotIncludeTests.class,
    ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  static final String ROOT = "dev.apmexport";
  private static final String LIBRARY = ROOT + ".exporter";

  /** Test classes of another module come as a jar. */
  static final class NoTestJars implements ImportOption {
    private static final Pattern TESTS = Pattern.compile(".*-tests\\.jar!.*");

    @Override
    public boolean includes(Location location) {
      return !location.matches(TESTS);
    }
  }

  // Modules.

  @ArchTest
  static final ArchRule the_library_knows_no_other_module = module("exporter");

  @ArchTest
  static final ArchRule the_migrations_know_no_other_module = module("db");

  @ArchTest
  static final ArchRule the_store_knows_the_library_and_the_migrations = module("store", "exporter..", "db..");

  @ArchTest
  static final ArchRule the_api_knows_the_store_and_the_library_and_no_worker = module("api", "store..", "exporter..");

  @ArchTest
  static final ArchRule a_worker_knows_the_store_and_the_library_and_no_api = module("worker", "store..", "exporter..");

  @ArchTest
  static final ArchRule nobody_knows_the_whole_but_those_who_measure_it = noClasses()
      .that(resideInAPackage(ROOT + "..")
          .and(not(resideInAnyPackage(ROOT + ".standalone..", ROOT + ".benchmarks.."))))
      .should().dependOnClassesThat(resideInAPackage(ROOT + ".standalone.."));

  @ArchTest
  static final ArchRule the_library_has_neither_spring_nor_sql = noClasses().that(resideInAPackage(LIBRARY + ".."))
      .should().dependOnClassesThat(resideInAnyPackage("org.springframework..", "java.sql..", "javax.sql..",
          "jakarta.persistence..", "com.zaxxer.."));

  // Packages of the library.

  @ArchTest
  static final ArchRule metric_knows_none_of_ours = library("metric");

  @ArchTest
  static final ArchRule select = library("select", "metric..");

  @ArchTest
  static final ArchRule resample = library("resample", "metric..");

  @ArchTest
  static final ArchRule source = library("source..", "metric..");

  @ArchTest
  static final ArchRule block = library("block", "metric..");

  @ArchTest
  static final ArchRule sink_does_not_know_its_kinds = library("sink", "block", "resample", "metric..");

  @ArchTest
  static final ArchRule a_kind_of_sink = library("sink.*..", "sink", "block", "resample", "metric..");

  @ArchTest
  static final ArchRule no_kind_of_sink_knows_another = slices().matching(LIBRARY + ".sink.(*)..").should()
      .notDependOnEachOther();

  @ArchTest
  static final ArchRule ledger = library("ledger", "metric..");

  @ArchTest
  static final ArchRule delivery = library("delivery", "sink", "ledger", "resample", "metric..");

  @ArchTest
  static final ArchRule reconcile = library("reconcile", "ledger", "sink", "metric..");

  @ArchTest
  static final ArchRule config = library("config", "block", "sink..", "select", "metric..");

  @ArchTest
  static final ArchRule threshold = library("threshold", "source", "metric..");

  @ArchTest
  static final ArchRule the_library_has_no_cycles = slices().matching(LIBRARY + ".(**)").should().beFreeOfCycles()
      .ignoreDependency(resideInAPackage(LIBRARY + ".source.."), resideInAPackage(LIBRARY + ".source.."));

  @ArchTest
  static final ArchRule modules_have_no_cycles = slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

  // Names.

  @ArchTest
  static final ArchRule a_name_says_what_a_class_does = noClasses().that(resideInAPackage(ROOT + "..")).should()
      .haveNameMatching(".*(Impl|Manager|Helper|Utils?)(\\$.*)?");

  private static ArchRule module(String name, String... others) {
    return onlyKnows(ROOT, name + "..", others);
  }

  /** A package of the library and those it may know beside itself; ".." at the end means its children too. */
  private static ArchRule library(String name, String... others) {
    return onlyKnows(LIBRARY, name, others);
  }

  private static ArchRule onlyKnows(String parent, String name, String... others) {
    String[] known = Stream.concat(Stream.of(name), Arrays.stream(others)).map(one -> parent + "." + one)
        .toArray(String[]::new);
    return classes().that(resideInAPackage(parent + "." + name)).should()
        .onlyDependOnClassesThat(resideOutsideOfPackage(ROOT + "..").or(resideInAnyPackage(known)));
  }
}
