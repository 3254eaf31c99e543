/// Domain: the words of the market as types, and nothing else.
///
/// Decides which values can exist at all: identifiers, money, time, resources, the lives of jobs,
/// tasks and leases as enums with total transitions, and the bytes of what is signed and logged.
/// Never does I/O, reads no clock, draws no randomness.
/// Start reading at `Job`, then `Lease`, `Receipt`, `UsageRecord`.
package enum Domain {}
