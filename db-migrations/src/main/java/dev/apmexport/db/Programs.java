package dev.apmexport.db;

import com.sun.security.auth.module.UnixSystem;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Runs PostgreSQL's programs, as an account that they accept: they refuse root, and numbers that no user has. */
final class Programs {
  private static final File NOTHING = new File("/dev/null");
  /** In a user namespace without a mapping everybody is called nobody, yet still owns its files, wherever they are. */
  private static final List<String> CALLED_NOBODY = List.of("unshare", "-U");
  private static final int NOBODY = 65534;
  private static final List<String> AS_NOBODY = List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY,
      "--clear-groups");
  private static final List<String> IN_OWN_SESSION = System.getProperty("os.name").startsWith("Mac")
      ? List.of("perl", "-MPOSIX", "-e", "POSIX::setsid(); exec { $ARGV[0] } @ARGV or die $!")
      : List.of("setsid");

  private final Path bin;
  private final List<String> account;
  private final int owner;

  private Programs(Path bin, List<String> account, long owner) {
    this.bin = bin;
    this.account = account;
    this.owner = (int) owner; // unsigned, as in the attributes of files
  }

  static Programs in(Path bin) {
    UnixSystem user = new UnixSystem();
    if (user.getUid() != 0 && user.getUsername() != null) { return new Programs(bin, List.of(), user.getUid()); }
    if (works(CALLED_NOBODY)) { return new Programs(bin, CALLED_NOBODY, user.getUid()); }
    if (works(AS_NOBODY)) { // containers often forbid the other
      return new Programs(bin, AS_NOBODY, NOBODY);
    }
    throw new EmbeddedPostgresException("PostgreSQL runs neither as root nor as a user without a name, and here user "
        + user.getUid() + " cannot become another (neither 'unshare -U' nor 'setpriv' works): start as another user, or"
        + " let APM_DATABASE_URL point to a PostgreSQL of your own.");
  }

  /** Runs a program to its end and fails if it does. */
  void run(String program, String... arguments) throws IOException {
    Process process = prepare(List.of(), program, List.of(arguments)).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int exit = process.onExit().join().exitValue();
    if (exit != 0) {
      throw new EmbeddedPostgresException("PostgreSQL's program " + program + " failed (" + exit + "): " + said);
    }
  }

  /**
   * Starts a program that outlives this process. It gets a session of its own, for a Ctrl-C reaches every process that
   * the terminal's command has started, and would stop the database before this process has saved what it holds.
   */
  Process start(Path log, String program, List<String> arguments) throws IOException {
    return prepare(IN_OWN_SESSION, program, arguments).redirectErrorStream(true)
        .redirectOutput(Redirect.appendTo(log.toFile()))
        .start();
  }

  /** Gives the files to the account that the programs run as; it is another one after a change of the machine. */
  void own(Path tree) throws IOException {
    if (Integer.valueOf(owner).equals(Files.getAttribute(tree, "unix:uid"))) { return; }
    // The top comes last, so that an interrupted run is noticed and done again.
    try (Stream<Path> paths = Files.walk(tree).sorted(Comparator.reverseOrder())) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.setAttribute(path, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private ProcessBuilder prepare(List<String> prefix, String program, List<String> arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(account);
    command.add(bin.resolve(program).toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectInput(NOTHING).directory(bin.toFile());
    // It gets nothing else of our environment, which may hold secrets. Launch reads its messages: they are in English.
    builder.environment().keySet().retainAll(Set.of("PATH"));
    builder.environment().put("LC_ALL", "C");
    return builder;
  }

  private static boolean works(List<String> account) {
    List<String> command = new ArrayList<>(account);
    command.add("true");
    try {
      Process process = new ProcessBuilder(command).redirectInput(NOTHING)
          .redirectOutput(Redirect.DISCARD)
          .redirectError(Redirect.DISCARD)
          .start();
      return process.onExit().join().exitValue() == 0;
    } catch (IOException _) {
      return false; // not installed
    }
  }
}
