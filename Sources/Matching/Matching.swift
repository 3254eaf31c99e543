/// Matching: the resident order book.
///
/// Decides which offer each open order should get, and says why an offer does not fit: feasibility,
/// then the cheapest rate, then the best fit. It proposes; whether a proposal becomes a lease is
/// decided against the committed rows, so the book is a cache and never the truth. A stale book
/// costs a refused proposal, never a wrong lease.
/// Never does I/O, reads no clock, draws no randomness, and gives the same proposals for the same
/// calls in the same order.
/// Start reading at `OrderBook`, then `Service/OrderOfService`, `Index/OfferIndex`, `Feasibility`,
/// `Explanation`.
package enum Matching {}
