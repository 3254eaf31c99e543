package import Domain

/// From which registries a node pulls images: its owner's choice, never a renter's.
///
/// A registry's answers send the engine to other addresses (redirects, token services), so a public
/// name says nothing about where it leads. Only registries that the owner named are asked at all, by
/// default none: then no renter can make a node call into its owner's network.
package struct RegistryPolicy: Hashable, Sendable {
    private let hosts: Set<RegistryHost>

    package init(_ hosts: [RegistryHost]) { self.hosts = Set(hosts) }

    /// Asks nobody.
    package static let none = RegistryPolicy([])

    /// A registry is spoken to with verified TLS, but for one on this machine.
    enum Transport: Hashable, Sendable {
        case verifiedTLS
        case plain
    }

    /// Nil: the node does not ask it.
    func transport(to host: RegistryHost) -> Transport? {
        guard hosts.contains(host) else { return nil }
        return host.isLoopback ? .plain : .verifiedTLS
    }
}
