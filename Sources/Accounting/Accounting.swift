/// Accounting: what a lease costs, and where its money stands.
///
/// Decides charges, commissions, escrows and refunds over values; never reads a clock or a store.
/// Start reading at `Bill`, then `Hold`, then `Ledger`.
package enum Accounting {}
