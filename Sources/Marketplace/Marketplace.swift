/// Marketplace: what the market decides, and the port through which its decisions become true.
///
/// `Market.decide` is a pure function from the rows that a `Command` reads to a `Decision`. It does
/// no I/O, reads no clock and draws no randomness: time comes in as `now`, identifiers come in with
/// the command. `Store.perform` is the only way to write.
/// Start reading at `Command`, then `Market+Submit`, `Market+Match`, `Market+Meter`,
/// `Market+Settle`: that order is the main path. Then `Sessions`, the machine between committed
/// leases and the nodes that run them.
package enum Marketplace {}
