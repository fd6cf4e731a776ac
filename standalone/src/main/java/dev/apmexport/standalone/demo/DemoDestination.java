package dev.apmexport.standalone.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;

/** Where the demo exports to, and how to read it back. */
sealed interface DemoDestination {
  URI remoteWriteUrl();

  SortedMap<OutputSeries, SortedMap<Long, Double>> read(String selector, Instant from, Instant to)
      throws IOException, InterruptedException;

  /** What it is, for the reader of the demo. */
  String description();

  /** The page to open afterwards, if there is one. */
  Optional<URI> page();

  /** A Prometheus that is there, or one that is started and left running. */
  record Prometheus(URI url, String description) implements DemoDestination {
    @Override
    public URI remoteWriteUrl() {
      return url.resolve("/api/v1/write");
    }

    @Override
    public SortedMap<OutputSeries, SortedMap<Long, Double>> read(String selector, Instant from, Instant to)
        throws IOException, InterruptedException {
      return new PrometheusReader(url).read(selector, from, to);
    }

    @Override
    public Optional<URI> page() {
      return Optional.of(url.resolve("/graph"));
    }
  }

  /** The demo's own, which lives as long as the demo. */
  record Own(DemoReceiver receiver) implements DemoDestination {
    @Override
    public URI remoteWriteUrl() {
      return receiver.url();
    }

    @Override
    public SortedMap<OutputSeries, SortedMap<Long, Double>> read(String selector, Instant from, Instant to) {
      return receiver.held();
    }

    @Override
    public String description() {
      return "the demo's own receiver (there is no prometheus program on the PATH, and --prometheus was not given)";
    }

    @Override
    public Optional<URI> page() {
      return Optional.empty();
    }
  }

  /** The given Prometheus; else one of ours from an earlier demo; else a new one; else the demo's own receiver. */
  static DemoDestination choose(Optional<URI> given, Path folder) throws IOException, InterruptedException {
    if (given.isPresent()) { return new Prometheus(given.get(), "the Prometheus at " + given.get()); }
    Path note = folder.resolve("prometheus.url");
    if (Files.exists(note) && LocalPrometheus.isReady(URI.create(Files.readString(note).strip()))) {
      URI running = URI.create(Files.readString(note).strip());
      return new Prometheus(running, "the Prometheus of an earlier demo, at " + running);
    }
    Optional<Path> program = LocalPrometheus.find();
    if (program.isEmpty()) { return new Own(DemoReceiver.start()); }
    LocalPrometheus started = LocalPrometheus.start(program.get(), folder.resolve("prometheus"),
        LocalPrometheus.Settings.DEFAULT);
    Files.writeString(note, started.url().toString());
    Files.writeString(folder.resolve("prometheus.pid"), Long.toString(started.pid()));
    return new Prometheus(started.url(),
        "a Prometheus started for this (" + program.get() + ", " + started.url() + ")");
  }
}
