import Domain

// Offers: no hello is forgotten, and a store that fails is not asked in a loop.
extension Auditor {
    /// A session's hello must be with the store by then, if nothing else about its offer is.
    private static let settlingMilliseconds: Int64 = 3000

    mutating func saidHello(_ node: NodeID, on connection: Int, at now: Timestamp) {
        hellos[node] = (connection, now)
    }

    mutating func welcomed(_ node: NodeID, _ connection: Int) {
        if hellos[node]?.connection == connection { hellos[node] = nil }
    }

    mutating func offerAsked(_ node: NodeID) {
        require(
            !offersLost.contains(node), "a failing store is asked once a tick",
            "\(node): its offer again")
        offersOut.insert(node)
    }

    mutating func offerAnswered(_ node: NodeID, at now: Timestamp) {
        offersOut.remove(node)
        // A hello that waited for this one waits from here on.
        hellos[node]?.at = now
    }

    mutating func offerFailed(_ node: NodeID, at now: Timestamp) {
        offerAnswered(node, at: now)
        offersLost.insert(node)
    }

    mutating func offersMayBeAskedAgain() { offersLost = [] }

    mutating func marketCrashed() { (hellos, offersOut, offersLost) = ([:], [], []) }

    mutating func checkHellos(at now: Timestamp) {
        for node in hellos.keys.sorted() where !offersOut.contains(node) {
            guard let hello = hellos[node] else { continue }
            require(
                now.millisecondsSince(hello.at) <= Self.settlingMilliseconds,
                "a hello is settled", "\(node): waits on \(hello.connection)")
        }
    }
}
