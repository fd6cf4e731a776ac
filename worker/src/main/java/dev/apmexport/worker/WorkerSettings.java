package dev.apmexport.worker;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What an operator can set of a worker.
 *
 * @param liveRuns the most runs it plays at once; each costs a virtual thread and the state of its windows
 * @param secondPasses the most second passes it makes at once; each reads a whole log
 * @param replays the most exports it replays at once, a quarter of them for one tenant: an export whose destination is
 *   dead keeps its place for up to a day, and costs no more than a live run, of which there may be ten times as many
 * @param replayPointsPerSecond the most points that its replays send in a second, all together; 0 for no limit
 * @param pointsPerSecond the most points it sends to one destination in a second, whoever's they are; 0 for no limit
 * @param keepLog how long the log of an ended run is kept: a week, so that a weekend's runs can still be gone over on
 *   Monday
 */
@ConfigurationProperties("apm.worker")
public record WorkerSettings(@DefaultValue("200") int liveRuns, @DefaultValue("4") int secondPasses,
    @DefaultValue("16") int replays, @DefaultValue("20000") int replayPointsPerSecond,
    @DefaultValue("0") int pointsPerSecond, @DefaultValue("7d") Duration keepLog) {}
