/// Hosting: what a node does with its leases, as one value.
///
/// Decides when a container is prepared, started, frozen, thawed, killed and removed; how many
/// seconds of it are claimed; which receipt is sent and when; when the fence has run out.
/// Never does I/O, reads no clock (every event comes with the boot time at which it happened),
/// signs nothing, starts nothing: it returns actions, and the program carries them out.
/// Start reading at `Host.handle`, then `Host+Reconcile`, `Meter`, `HostedLease`.
package enum Hosting {}
