/// Where a container that may use the network may send packets to. One value decides; the packet
/// filter is rendered from it (`EgressPolicy.ruleset`), and whoever asks about an address asks it.
///
/// The built-in list is always denied. What a machine's owner adds to it only ever denies more, and
/// nothing that comes from a market is an input: no job and no market can widen it.
package struct EgressPolicy: Hashable, Sendable {
    package enum Reach: String, Hashable, Sendable {
        /// Its own loopback alone.
        case nothing
        /// Public addresses that are not denied.
        case internet
    }

    package enum Transport: Hashable, Sendable { case tcp, udp }

    package private(set) var reach: Reach
    /// Sorted, and none covers another.
    package let denied: [IPPrefix]
    package let rates: EgressRates
    /// Where its names are answered: the machine's end of its own link, and there port 53 alone.
    package private(set) var nameServer: IPAddress?

    /// - Parameter hostAddresses: the machine's own, public ones too: a job has no business with the
    ///   services of its host, whichever address they are reached by.
    package init(_ owner: EgressOwnerFile, hostAddresses: [IPAddress]) {
        reach = owner.reach
        rates = owner.rates
        let own = hostAddresses.compactMap { IPPrefix($0, length: $0.family.width) }
        denied = Self.merged(DeniedAddresses.always + owner.deny + own)
    }

    /// The same for the container whose names are answered at `address`.
    package func asking(_ address: IPAddress) -> EgressPolicy {
        var policy = self
        policy.nameServer = address
        return policy
    }

    /// The same of an owner who lets containers reach nothing any more, and answers no names.
    package var reachingNothing: EgressPolicy {
        var policy = self
        policy.reach = .nothing
        policy.nameServer = nil
        return policy
    }

    package func allows(_ address: IPAddress) -> Bool {
        reach == .internet && !denied.contains { $0.contains(address) }
            && !DeniedAddresses.isTunnel(address)
    }

    package func allows(_ address: IPAddress, _ transport: Transport, port: UInt16) -> Bool {
        guard allows(address) else { return false }
        switch transport {
        case .tcp: return !Self.deniedTCPPorts.contains(port)
        case .udp: return Self.allowedUDPPorts.contains(port)
        }
    }

    /// Mail, whose senders are taken for spammers; name service in the open and under TLS, which is
    /// the resolver's alone.
    package static let deniedTCPPorts: [UInt16] = [25, 53, 465, 587, 853]
    /// HTTP/3. Everything that amplifies, and every flood from a forged source, is UDP.
    package static let allowedUDPPorts: [UInt16] = [443]

    /// Without what others cover: a kernel set takes no overlaps.
    private static func merged(_ prefixes: [IPPrefix]) -> [IPPrefix] {
        var kept: [IPPrefix] = []
        for prefix in prefixes.sorted() where kept.last?.covers(prefix) != true {
            kept.append(prefix)
        }
        return kept
    }
}

/// What one container may use of the network at most.
package struct EgressRates: Hashable, Sendable {
    /// In each direction.
    package var bytesPerSecond: Int
    package var newConnectionsPerSecond: Int
    package var connections: Int

    /// 12.5 MB/s, 50 new connections a second, 512 at a time.
    package static let usual = EgressRates(
        bytesPerSecond: 12_500_000, newConnectionsPerSecond: 50, connections: 512)
}
