package dev.apmexport.exporter.simulation;

import dev.apmexport.exporter.ledger.Ledger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * A fault that the product would not survive, to see that the simulation finds it.
 *
 * @param ledger what a worker holds in place of its ledger
 * @param swallows requests that nobody gets and that are answered with a 204
 */
record Sabotage(UnaryOperator<Ledger> ledger, Predicate<Shipment> swallows) {
  static final Sabotage NONE = new Sabotage(ledger -> ledger, _ -> false);
}
